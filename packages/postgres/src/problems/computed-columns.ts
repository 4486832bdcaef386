import type { Column, Table } from "../catalog/catalog.ts";
import type { MapProblem } from "../data-map/problem.ts";
import type { MappedTable, ResolvedMap } from "../data-map/resolved-map.ts";
import type { Database } from "../database/database.ts";
import { name, sql } from "../sql/sql.ts";
import { ask } from "./asking.ts";
import { familyOf, foreignKeysFrom } from "./family.ts";
import { doesFit, futureRow } from "./future-row.ts";
import { listOf, problemAt } from "./problem-at.ts";

/** Columns that the database computes from what is anonymised, and that do not take what comes out. */
export const computedColumnProblems = async (
  map: ResolvedMap,
  database: Database,
): Promise<readonly MapProblem[]> => {
  const problems: MapProblem[] = [];
  for (const mapped of map.tables) {
    for (const table of familyOf(map.catalog, mapped.table)) {
      for (const column of table.columns.filter(({ computedBy }) => computedBy !== null)) {
        problems.push(...(await problemsOf(map, mapped, table, column, database)));
      }
    }
  }
  return problems;
};

const problemsOf = async (
  map: ResolvedMap,
  mapped: MappedTable,
  table: Table,
  column: Column,
  database: Database,
): Promise<readonly MapProblem[]> => {
  const row = futureRow(mapped, table, [column.name]);
  if (row === null) return [];
  const from = `The column is computed from ${listOf(column.computedFrom)}`;
  const complain = (code: MapProblem["code"], message: string) => [
    problemAt(code, mapped.table, column.name, `${from}${message} Use another value there.`),
  ];
  const answer = await ask(database, sql`select (${name(column.name)} is null)::text as missing from ${row}`);
  if ("refused" in answer) {
    // What does not fit in its own column is told of as such.
    const own = futureRow(mapped, table, column.computedFrom);
    return own !== null && (await doesFit(own, database))
      ? complain("unfit-value", `, and cannot be from what the map puts there (SQLSTATE ${answer.refused}).`)
      : [];
  }
  if (answer.row["missing"] === "true") {
    return column.isNotNull
      ? complain("null-into-not-null", " and NOT NULL: from what the map puts there NULL comes out.")
      : [];
  }
  return foreignKeysFrom(map.catalog, table)
    .filter(({ columns }) => columns.includes(column.name))
    .flatMap((key) =>
      complain("reference-broken", `: the foreign key "${key.name}" would point at nothing.`),
    );
};
