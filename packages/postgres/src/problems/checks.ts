import type { Check, Table } from "../catalog/catalog.ts";
import type { MapProblem } from "../data-map/problem.ts";
import type { MappedTable, ResolvedMap } from "../data-map/resolved-map.ts";
import type { Database } from "../database/database.ts";
import { printedByServer, sql } from "../sql/sql.ts";
import { ask } from "./asking.ts";
import { familyOf } from "./family.ts";
import { doesFit, futureRow } from "./future-row.ts";
import { problemAt } from "./problem-at.ts";

/** CHECK constraints whose columns all get a value that is known, and do not allow it. */
export const checkProblems = async (map: ResolvedMap, database: Database): Promise<readonly MapProblem[]> => {
  const problems: MapProblem[] = [];
  for (const mapped of map.tables) {
    const members = familyOf(map.catalog, mapped.table);
    for (const { table, check } of members.flatMap((table) =>
      table.checks.map((check) => ({ table, check })),
    )) {
      const broken = await brokenBy(mapped, table, check, database);
      if (broken === null) continue;
      const message = `The constraint "${check.name}" does not allow what the map puts here${broken}. Use a value that it allows.`;
      problems.push(problemAt("check-broken", mapped.table, check.columns, message));
    }
  }
  return problems;
};

/** What is to be said of it; null where the constraint holds, or where its outcome depends on the row. */
const brokenBy = async (
  mapped: MappedTable,
  table: Table,
  check: Check,
  database: Database,
): Promise<string | null> => {
  const row = futureRow(mapped, table, check.columns);
  if (row === null) return null;
  // NULL is no violation.
  const holds = sql`((${printedByServer(check.sql)}) is not false)::text`;
  const answer = await ask(database, sql`select ${holds} as holds from ${row}`);
  if ("row" in answer) return answer.row["holds"] === "true" ? null : "";
  // A value that does not even fit its type is told of as such.
  return (await doesFit(row, database)) ? ` (SQLSTATE ${answer.refused})` : null;
};
