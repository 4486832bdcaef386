import type { Column } from "../catalog/catalog.ts";
import type { MappedTable, ResolvedMap, ResolvedReference } from "../data-map/resolved-map.ts";
import { join, name, printedByServer, type Sql, sql } from "../sql/sql.ts";

/** A column of a set of rows: what it is called there, how it is read from the table, and its type. */
export interface ReachedColumn {
  readonly as: Sql;
  readonly from: (alias: Sql) => Sql;
  readonly type: Sql;
}

/** What tells the rows of a table apart; where there is no key, their place, which lasts for one statement. */
export const keyColumns = ({ key }: MappedTable): readonly ReachedColumn[] =>
  key === null
    ? [
        { as: name("k0"), from: (alias) => sql`${alias}.tableoid`, type: sql`oid` },
        { as: name("k1"), from: (alias) => sql`${alias}.ctid`, type: sql`tid` },
      ]
    : key.map((column, index) => reachedColumn(column, `k${index}`));

/** The columns by which rows of other tables belong to rows of this one. */
export const linkColumns = (table: MappedTable, { tables }: ResolvedMap): readonly ReachedColumn[] => {
  const linked = tables
    .flatMap(({ belongs }) => belongs)
    .filter((each): each is ResolvedReference => each.kind !== "column" && each.other === table.table.oid)
    .flatMap(({ pairs }) => pairs.map(({ there }) => there));
  return [...new Set(linked)].map((column) => reachedColumn(column, linkName(column)));
};

/** What a linking column is called in the set. */
export const linkName = (column: Column): string => `l${column.number}`;

const reachedColumn = (column: Column, as: string): ReachedColumn => ({
  as: name(as),
  from: (alias) => sql`${alias}.${name(column.name)}`,
  type: printedByServer(column.type.sql),
});

export const sameKey = (table: MappedTable, alias: Sql, set: Sql): Sql =>
  join(
    keyColumns(table).map(({ as, from }) => sql`${from(alias)} = ${set}.${as}`),
    sql` and `,
  );

/** Tells a row of a set, by the set's alias, from those of all tables of the map. */
export const rowName = ({ tables }: ResolvedMap, table: MappedTable, alias: Sql): Sql =>
  sql`json_build_array(${tables.indexOf(table)}::int, ${join(
    keyColumns(table).map(({ as }) => sql`${alias}.${as}::text`),
  )})::text`;

export const tableName = ({ table }: MappedTable): Sql => name(table.schema, table.name);
