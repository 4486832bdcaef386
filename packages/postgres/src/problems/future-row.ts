import type { Table } from "../catalog/catalog.ts";
import { findColumn } from "../data-map/resolve.ts";
import type { MappedTable } from "../data-map/resolved-map.ts";
import type { Database } from "../database/database.ts";
import { join, name, printedByServer, type Sql, sql } from "../sql/sql.ts";
import { ask } from "./asking.ts";
import { fixedValue } from "./fixed-value.ts";
import { anonymisationOf } from "./what-happens.ts";

/**
 * What will stand in these columns of an anonymised row, to select from; what the database computes is computed.
 *
 * @param table the mapped one, or one of its family
 * @returns null where there are none, or where something depends on what stands in the row now
 */
export const futureRow = (mapped: MappedTable, table: Table, names: readonly string[]): Sql | null => {
  const columns = names.map((each) => findColumn(table, each));
  const computed = columns.flatMap((column) => (column?.computedBy ? [column] : []));
  const stored = new Set([
    ...names.filter((each) => !computed.some((column) => column.name === each)),
    ...computed.flatMap(({ computedFrom }) => computedFrom),
  ]);
  const values = [...stored].flatMap((each) => {
    const column = findColumn(table, each);
    const fixed = fixedValue(anonymisationOf(mapped, each));
    return column === undefined || fixed === undefined
      ? []
      : [sql`${fixed.value}::${printedByServer(column.type.sql)} as ${name(each)}`];
  });
  if (values.length === 0 || values.length < stored.size) return null;
  const results = computed.map(
    ({ name: made, type, computedBy }) =>
      sql`(${printedByServer(computedBy ?? "null")})::${printedByServer(type.sql)} as ${name(made)}`,
  );
  const written = sql`(select ${join(values)}) as ${name(table.name)}`;
  if (results.length === 0) return written;
  return sql`(select *, ${join(results)} from ${written}) as ${name(table.name)}`;
};

/** Whether the types of its columns take the values of a row. */
export const doesFit = async (row: Sql, database: Database): Promise<boolean> =>
  "row" in
  (await ask(database, sql`select count(*)::text as rows from (select * from ${row} offset 0) as fitting`));
