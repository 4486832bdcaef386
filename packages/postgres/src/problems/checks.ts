import type { Check } from "../catalog/catalog.ts";
import type { MapProblem } from "../data-map/problem.ts";
import { findColumn } from "../data-map/resolve.ts";
import type { MappedTable, ResolvedMap } from "../data-map/resolved-map.ts";
import type { Database } from "../database/database.ts";
import { join, name, printedByServer, sql } from "../sql/sql.ts";
import { ask } from "./asking.ts";
import { familyOf } from "./family.ts";
import { fixedValue } from "./fixed-value.ts";
import { problemAt } from "./problem-at.ts";
import { anonymisationOf } from "./what-happens.ts";

/** CHECK constraints whose columns all get a value that is known, and do not allow it. */
export const checkProblems = async (map: ResolvedMap, database: Database): Promise<readonly MapProblem[]> => {
  const problems: MapProblem[] = [];
  for (const mapped of map.tables) {
    for (const check of familyOf(map.catalog, mapped.table).flatMap(({ checks }) => checks)) {
      const broken = await brokenBy(mapped, check, database);
      if (broken === null) continue;
      const message = `The constraint "${check.name}" does not allow what the map puts here${broken}. Use a value that it allows.`;
      problems.push(problemAt("check-broken", mapped.table, check.columns, message));
    }
  }
  return problems;
};

/** What is to be said of it; null where the constraint holds, or where its outcome depends on the row. */
const brokenBy = async (mapped: MappedTable, check: Check, database: Database): Promise<string | null> => {
  const values = check.columns.flatMap((each) => {
    const column = findColumn(mapped.table, each);
    const fixed = fixedValue(anonymisationOf(mapped, each));
    return column === undefined || fixed === undefined
      ? []
      : [sql`${fixed.value}::${printedByServer(column.type.sql)} as ${name(each)}`];
  });
  if (values.length === 0 || values.length < check.columns.length) return null;
  const row = sql`(select ${join(values)}) as ${name(mapped.table.name)}`;
  // NULL is no violation.
  const holds = sql`((${printedByServer(check.sql)}) is not false)::text`;
  const answer = await ask(database, sql`select ${holds} as holds from ${row}`);
  if ("row" in answer) return answer.row["holds"] === "true" ? null : "";
  // A value that does not even fit its type is told of as such.
  const doFit =
    "row" in
    (await ask(database, sql`select count(*)::text as rows from (select * from ${row} offset 0) as fitting`));
  return doFit ? ` (SQLSTATE ${answer.refused})` : null;
};
