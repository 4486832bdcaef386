import type { Column, ColumnType, Table } from "../catalog/catalog.ts";
import type { MapProblem } from "../data-map/problem.ts";
import {
  type MappedTable,
  matchesOf,
  type ResolvedMap,
  type ResolvedMatch,
  titleOf,
} from "../data-map/resolved-map.ts";
import type { Database } from "../database/database.ts";
import { isCaseless, isComparableWithText } from "../reach/spelling.ts";
import { printedByServer, sql } from "../sql/sql.ts";
import { ask } from "./asking.ts";
import { problemAt } from "./problem-at.ts";

/** Columns that belong together by equality, and have none. */
export const uncomparableProblems = async (
  { tables }: ResolvedMap,
  database: Database,
): Promise<readonly MapProblem[]> => {
  const problems: MapProblem[] = [];
  const asked = new Map<string, boolean>();
  for (const { table, belongs } of tables) {
    for (const belonging of belongs) {
      if (belonging.kind === "column") {
        const { column } = belonging;
        if (isComparableWithText(column.type)) {
          problems.push(...comparedOtherwise(tables, table, belonging));
          continue;
        }
        const message =
          `No identifier can be compared with the type ${column.type.sql}. Match a column of text, an enum, a number ` +
          "(int, numeric, float), uuid, inet or cidr; or let the rows belong in another way.";
        problems.push(problemAt("uncomparable", table, column.name, message));
        continue;
      }
      for (const { here, there } of belonging.pairs) {
        const types = `${here.type.sql} = ${there.type.sql}`;
        const isEqual = asked.get(types) ?? (await areComparable(here, there, database));
        asked.set(types, isEqual);
        if (isEqual) continue;
        const message = `PostgreSQL has no "${types}", so it cannot lead to "${there.name}". Name a pair of columns of the same type.`;
        problems.push(problemAt("uncomparable", table, here.name, message));
      }
    }
  }
  return problems;
};

/** An identifier that is the same in capitals in one table, and another one in the next: there its rows would be left. */
const comparedOtherwise = (
  tables: readonly MappedTable[],
  table: Table,
  { column, identifier }: ResolvedMatch,
): readonly MapProblem[] => {
  if (identifier === "email" || isCaseless(column.type) || column.type.category !== "S") return [];
  const caseless = tables.flatMap((each) =>
    matchesOf(each).flatMap((match) =>
      match.identifier === identifier && isCaseless(match.column.type)
        ? [`${titleOf(each.table)}.${match.column.name} (${wordOf(match.column.type)})`]
        : [],
    ),
  );
  const [other] = caseless;
  if (other === undefined) return [];
  const message =
    `In ${other} a ${identifier} is the same in capitals, and here it is another one: rows that are written ` +
    "otherwise would not be found. Let both be of that kind, or let these rows belong in another way.";
  return [problemAt("uncomparable", table, column.name, message)];
};

const wordOf = ({ base }: ColumnType): string =>
  base === "citext" ? base : "by a collation that is not deterministic";

const areComparable = async (here: Column, there: Column, database: Database): Promise<boolean> => {
  const [one, other] = [printedByServer(here.type.sql), printedByServer(there.type.sql)];
  return "row" in (await ask(database, sql`select (null::${one} = null::${other})::text as is_equal`));
};
