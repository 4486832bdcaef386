import type { MappedTable, ResolvedMap } from "../data-map/resolved-map.ts";
import type { Session } from "../database/database.ts";
import { keyColumns } from "../reach/columns.ts";
import type { Person } from "../reach/reach.ts";
import { join, name, type Sql, sql } from "../sql/sql.ts";
import { textOf } from "../values/text-of.ts";
import { readTypes, type TypeTable } from "../values/types.ts";

/** Which page is to be read: how many rows at most, behind which place; null from the beginning. */
export interface Asked {
  readonly session: Session;
  readonly map: ResolvedMap;
  readonly table: MappedTable;
  readonly person: Person;
  readonly after: readonly string[] | null;
  readonly limit: number;
}

export interface ExportedColumn {
  readonly name: string;
  readonly type: number;
  /** Of the table `t`. */
  readonly value: Sql;
}

/** The columns that are handed out, in the order in which an object has them: a name that is a number comes first. */
export const exportedColumns = ({ columns }: MappedTable): readonly ExportedColumn[] => {
  const exported = columns.filter(({ isExported }) => isExported).map(({ column }) => column);
  return Object.values(
    Object.fromEntries(
      exported.map((column) => [
        column.name,
        { name: column.name, type: column.type.oid, value: sql`t.${name(column.name)}` },
      ]),
    ),
  );
};

export const typesOf = (session: Session, columns: readonly ExportedColumn[]): Promise<TypeTable> =>
  readTypes(
    session,
    columns.map(({ type }) => type),
  );

/** What rows are ordered by: each part of a place, with its type. */
export type Order = readonly { readonly value: Sql; readonly type: Sql }[];

/**
 * Without a key, rows are ordered by what is in them: their place in the table may change while the export goes on,
 * and a row that moves to a place behind would be left out.
 */
export const orderOf = (table: MappedTable, exported: readonly ExportedColumn[]): Order =>
  table.key === null
    ? [
        {
          value: sql`hashtextextended(concat_ws(',', ${join([sql`''`, ...exported.map(({ value }) => textOf(value))])}), 0)`,
          type: sql`bigint`,
        },
      ]
    : keyColumns(table).map(({ from, type }) => ({ value: from(sql`t`), type }));

export const placesOf = (order: Order): Sql => join(order.map(({ value }) => value));

export const isAfter = (order: Order, after: readonly string[] | null): Sql =>
  after === null
    ? sql`true`
    : sql`(${placesOf(order)}) > (${join(order.map(({ type }, index) => sql`${after[index] ?? null}::${type}`))})`;
