import type { Column } from "../catalog/catalog.ts";
import type { Anonymisation } from "../data-map/data-map.ts";
import type { MapProblem } from "../data-map/problem.ts";
import type { ResolvedMap } from "../data-map/resolved-map.ts";
import type { Database } from "../database/database.ts";
import { printedByServer, sql } from "../sql/sql.ts";
import { ask } from "./asking.ts";
import { fixedValue, hashLength } from "./fixed-value.ts";
import { problemAt } from "./problem-at.ts";
import { anonymisedColumns } from "./what-happens.ts";

/** Values that the type of their column has no room for, or no notion of. */
export const unfitValueProblems = async (
  map: ResolvedMap,
  database: Database,
): Promise<readonly MapProblem[]> => {
  const problems: MapProblem[] = [];
  for (const mapped of map.tables) {
    for (const { column, anonymise } of anonymisedColumns(mapped)) {
      if (anonymise === null || column.isGenerated) continue;
      const message = unfit(column, anonymise) ?? (await refusal(column, anonymise, database));
      if (message !== null) problems.push(problemAt("unfit-value", mapped.table, column.name, message));
    }
  }
  return problems;
};

const times = ["date", "timestamp", "timestamptz"];
const wholeNumbers = ["int2", "int4", "int8"];
const numbers = [...wholeNumbers, "numeric", "float4", "float8"];

const isText = ({ type }: Column): boolean => type.structure === "b" && type.category === "S";

/** What the type itself says; null where it says nothing against it. */
const unfit = (column: Column, anonymise: Anonymisation): string | null => {
  const { base, maxLength, sql: type } = column.type;
  if (anonymise === "hash") {
    if (!isText(column)) return `A hash is text, and the type is ${type}. Use "null" or a constant.`;
    return maxLength !== null && maxLength < hashLength
      ? `A hash has ${hashLength} characters, and ${type} has no room for it. Use "null" or a constant, or widen it.`
      : null;
  }
  if (anonymise === "null" || "function" in anonymise) return null;
  if ("constant" in anonymise) {
    return maxLength !== null && [...String(anonymise.constant)].length > maxLength
      ? `The constant is longer than ${type} allows. Shorten it.`
      : null;
  }
  const { coarser } = anonymise;
  if (typeof coarser === "string") {
    if (!times.includes(base)) return `Only a date or a timestamp has a ${coarser}, and the type is ${type}.`;
    return base === "date" && (coarser === "hour" || coarser === "day")
      ? `A date has nothing finer than its day: "${coarser}" would change nothing. Use "month" or "year".`
      : null;
  }
  if ("first" in coarser)
    return isText(column) ? null : `Only text has first characters, and the type is ${type}.`;
  if (!numbers.includes(base)) return `Only a number can be cut down to a multiple, and the type is ${type}.`;
  return wholeNumbers.includes(base) && !(Number.isInteger(coarser.step) && coarser.step > 1)
    ? `A step of ${coarser.step} changes nothing in whole numbers, or gives fractions. Use a whole number above 1.`
    : null;
};

/** What the server says of the value: the syntax of the type, the labels of an enum, the conditions of a domain. */
const refusal = async (
  column: Column,
  anonymise: Anonymisation,
  database: Database,
): Promise<string | null> => {
  const fixed = fixedValue(anonymise);
  // NULL is asked about too: a domain may have a CHECK against it.
  if (fixed === undefined || (fixed.value === null && column.isNotNull)) return null;
  const type = printedByServer(column.type.sql);
  const answer = await ask(database, sql`select (${fixed.value}::${type})::text as value`);
  const what = fixed.value === null ? "NULL" : anonymise === "hash" ? "a hash" : "this constant";
  if ("refused" in answer) {
    return `PostgreSQL does not take ${what} as ${column.type.sql} (SQLSTATE ${answer.refused}). Use another value.`;
  }
  // A cast that is asked for cuts bits off in silence.
  return column.type.category === "V" && answer.row["value"] !== fixed.value
    ? `The constant has more or fewer bits than ${column.type.sql}. Give it just as many.`
    : null;
};
