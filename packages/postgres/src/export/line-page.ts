import type { LineColumn } from "@subject-rights/core";
import type { MappedTable } from "../data-map/resolved-map.ts";
import type { Session } from "../database/database.ts";
import { type Belonging, belonging } from "../reach/belonging.ts";
import { tableName } from "../reach/columns.ts";
import { join, name, type Sql, sql } from "../sql/sql.ts";
import { cellForm } from "../values/cell-form.ts";
import { textSettings } from "../values/text-settings.ts";
import { valueReader } from "../values/value-reader.ts";
import { LineWriter } from "./line-writer.ts";
import {
  type Asked,
  type ExportedColumn,
  exportedColumns,
  isAfter,
  type Order,
  orderOf,
  placesOf,
  typesOf,
} from "./page.ts";
import { bytesPerPage } from "./page-size.ts";

export interface ReadLines {
  readonly lines: Uint8Array;
  readonly count: number;
  readonly columns: readonly LineColumn[];
  /** The place of the last row. */
  readonly last: readonly string[];
  readonly isFull: boolean;
  readonly inOrder: boolean;
  /** For the next page; the lines are in it. */
  readonly room: Buffer;
}

export interface AskedLines extends Asked {
  readonly copy: NonNullable<Session["copy"]>;
  /** Whether the rows are looked for in order; null where that is to be found out. */
  readonly inOrder: boolean | null;
  /** Where to write the page. */
  readonly room: Buffer;
}

/**
 * Reads a page as lines of JSON, made of what COPY sends: for tables with a key. What comes once the page is large
 * enough is left for the next one, so that rows of any size find room.
 */
export const readLines = async (asked: AskedLines): Promise<ReadLines> => {
  const { session, copy, map, table, person, after, limit, room } = asked;
  const exported = exportedColumns(table);
  const types = await typesOf(session, exported);
  await session.query(textSettings);
  const belongs = await belonging(session, map, table, person);
  const inOrder = asked.inOrder ?? (await isBetterInOrder(session, table, belongs, limit));
  await session.query(inOrder ? settingsInOrder : settingsSorted);
  const writer = new LineWriter(
    exported.map(({ name, type }) => ({ name, form: cellForm(types, type), read: valueReader(types, type) })),
    room,
  );
  let isLarge = false;
  await copy((inOrder ? rowsInOrder : rowsSorted)(table, belongs, exported, after, limit), (row) => {
    isLarge ||= writer.bytes >= bytesPerPage;
    if (!isLarge) writer.add(row);
  });
  const { count } = writer;
  return {
    lines: writer.lines(),
    count,
    columns: writer.columns(),
    last: writer.lastKey(),
    isFull: isLarge || count >= limit,
    inOrder,
    room: writer.room(),
  };
};

/**
 * All of the person's rows are looked up for each page and put in order: the work grows with the square of their
 * number. Or the table is read in the order of its key, and once over all pages. Whichever is less.
 */
const isBetterInOrder = async (
  session: Session,
  { table }: MappedTable,
  { before, from, where, isByRow }: Belonging,
  limit: number,
): Promise<boolean> => {
  if (!isByRow) return false;
  // A table that was never analysed tells by its size about how many rows it has; a partitioned one does not.
  const [row] = await session.query(sql`${before} select count(*)::text as own,
    (select case when c.reltuples > 0 then c.reltuples::bigint
      when c.relkind = 'r' then pg_catalog.pg_table_size(c.oid) / ${leastRow}::bigint end::text
      from pg_catalog.pg_class c where c.oid = ${table.oid}::oid) as all
    from ${from} where ${where}`);
  const { own = null, all = null } = row ?? {};
  if (own === null || all === null) return false;
  // Half of the pages times all of the rows; one that is looked up costs about four times one that is read in order.
  return (Number(own) ** 2 / limit / 2) * 4 > Number(all);
};

/** About the fewest bytes that a row takes. */
const leastRow = 64;

const off = (settings: readonly string[]): Sql =>
  sql`select ${join(settings.map((setting, index) => sql`pg_catalog.set_config(${setting}, 'off', true) is null as ${name(`s${index}`)}`))}`;

const settingsSorted = off(["jit"]);

/** What is left is to read along the index of the key: there always is one. */
const settingsInOrder = off(["jit", "enable_seqscan", "enable_bitmapscan", "enable_sort"]);

type Select = (
  table: MappedTable,
  belongs: Belonging,
  exported: readonly ExportedColumn[],
  after: readonly string[] | null,
  limit: number,
) => Sql;

const valuesOf = (exported: readonly ExportedColumn[], order: Order): Sql =>
  join([...exported, ...order].map(({ value }) => value));

const rowsInOrder: Select = (table, { before, from, where }, exported, after, limit) => {
  const order = orderOf(table, exported);
  // "is true" keeps the server from any other index.
  return sql`${before} select ${valuesOf(exported, order)} from ${from} where (${where}) is true and ${isAfter(order, after)}
    order by ${placesOf(order)} limit ${limit}::bigint`;
};

const rowsSorted: Select = (table, { before, from, where }, exported, after, limit) => {
  const order = orderOf(table, exported);
  const names = join(order.map((_, index) => name(`o${index}`)));
  const keys = join(order.map(({ value }, index) => sql`${value} as ${name(`o${index}`)}`));
  const sameRow = join(
    order.map(({ value }, index) => sql`${value} = k.${name(`o${index}`)}`),
    sql` and `,
  );
  // Only keys are sorted. `offset 0` keeps the server from looking for them in order, in a table where they may come
  // last.
  return sql`${before} select ${valuesOf(exported, order)}
    from (select ${names}
      from (select ${keys} from ${from} where ${where} and ${isAfter(order, after)} offset 0) p
      order by ${names} limit ${limit}::bigint) k
    join ${tableName(table)} t on ${sameRow} order by ${placesOf(order)}`;
};
