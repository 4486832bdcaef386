import { type ExportPage, type Row, rowsPerPage } from "@subject-rights/core";
import { z } from "zod";
import type { MappedTable, ResolvedMap } from "../data-map/resolved-map.ts";
import type { Database, Session, TextRow } from "../database/database.ts";
import { keyColumns, sameKey, tableName } from "../reach/columns.ts";
import { type Person, reach } from "../reach/reach.ts";
import { join, name, type Sql, sql } from "../sql/sql.ts";
import { textOf } from "../values/text-of.ts";
import { textSettings } from "../values/text-settings.ts";
import { readTypes } from "../values/types.ts";
import { type ValueReader, valueReader } from "../values/value-reader.ts";
import { bounded, firstRows, nextRows } from "./page-size.ts";

/** Where an export goes on: behind this row of this collection. */
const cursorSchema = z.object({ collection: z.string(), after: z.array(z.string()).min(1) });
type Cursor = z.infer<typeof cursorSchema>;

export interface Exporting {
  readonly database: Database;
  readonly use: (session: Session) => Promise<ResolvedMap>;
  readonly tablesOf: (map: ResolvedMap) => readonly MappedTable[];
  readonly person: Person;
  readonly cursor: string | null;
  readonly signal: AbortSignal;
}

/**
 * Hands out the rows of a person, table by table, in the order of their keys. Each page is a short transaction of
 * its own: no connection is held while somebody else works with the page.
 */
export async function* exportPages(exporting: Exporting): AsyncGenerator<ExportPage> {
  const { database, use, tablesOf, person, signal } = exporting;
  let cursor = exporting.cursor === null ? null : readCursor(exporting.cursor);
  const start = await database.transaction(async (session) => tablesOf(await use(session)), signal);
  const titles = start.map(({ map }) => map.title);
  const first = cursor === null ? 0 : titles.indexOf(cursor.collection);
  if (first === -1) throw new Error("The data map no longer has the collection that this export stopped in.");
  for (const collection of titles.slice(first)) {
    let limit = firstRows;
    for (;;) {
      const after: readonly string[] | null = cursor?.collection === collection ? cursor.after : null;
      const page = await database.transaction(async (session) => {
        const map = await use(session);
        const table = tablesOf(map).find((each) => each.map.title === collection);
        if (table === undefined) throw new Error("The data map has changed in the middle of this export.");
        return readPage(session, map, table, person, after, limit);
      }, signal);
      if (page.rows.length === 0) break;
      cursor = { collection, after: [...page.last] };
      yield* bounded(collection, page.rows, JSON.stringify(cursor));
      if (!page.isFull) break;
      limit = nextRows(limit, page.characters, rowsPerPage);
    }
  }
}

const readCursor = (text: string): Cursor => cursorSchema.parse(JSON.parse(text));

interface ReadPage {
  readonly rows: readonly Row[];
  readonly last: readonly string[];
  readonly isFull: boolean;
  readonly characters: number;
}

const readPage = async (
  session: Session,
  map: ResolvedMap,
  table: MappedTable,
  person: Person,
  after: readonly string[] | null,
  limit: number,
): Promise<ReadPage> => {
  const exported = table.columns.filter(({ isExported }) => isExported);
  const types = await readTypes(
    session,
    exported.map(({ column }) => column.type.oid),
  );
  const readers = exported.map(({ column }) => valueReader(types, column.type.oid));
  await session.query(textSettings);
  const { sets, set } = reach(map, [table], person, "all");
  const order = orderOf(
    table,
    exported.map(({ column }) => sql`t.${name(column.name)}`),
  );
  const columns = [
    ...order.map(({ value }, index) => sql`(${value})::text as ${name(`o${index}`)}`),
    ...exported.map(
      ({ column }, index) => sql`${textOf(sql`t.${name(column.name)}`)} as ${name(`v${index}`)}`,
    ),
  ];
  const places = join(order.map(({ value }) => value));
  const isAfter =
    after === null
      ? sql`true`
      : sql`(${places}) > (${join(order.map(({ type }, index) => sql`${after[index] ?? null}::${type}`))})`;
  // Rows that are the same in everything have the same place, and come together.
  const found = await session.query(sql`${sets} select ${join(columns)}
    from ${tableName(table)} t join ${set(table)} r on ${sameKey(table, sql`t`, sql`r`)}
    where ${isAfter} order by ${places} fetch first (${limit}::bigint) rows with ties`);
  const names = exported.map(({ column }) => column.name);
  const last = found.at(-1);
  return {
    rows: found.map((each) => rowOf(each, names, readers)),
    last: order.map((_, index) => last?.[`o${index}`] ?? ""),
    isFull: found.length >= limit,
    characters: found.reduce((sum, each) => sum + charactersOf(each), 0),
  };
};

/**
 * What rows are ordered by. Without a key, by what is in them: their place in the table may change while the export
 * goes on, and a row that moves to a place behind would be left out.
 */
const orderOf = (
  table: MappedTable,
  exported: readonly Sql[],
): readonly { readonly value: Sql; readonly type: Sql }[] =>
  table.key === null
    ? [
        {
          value: sql`hashtextextended(concat_ws(',', ${join([sql`''`, ...exported.map(textOf)])}), 0)`,
          type: sql`bigint`,
        },
      ]
    : keyColumns(table).map(({ from, type }) => ({ value: from(sql`t`), type }));

const rowOf = (found: TextRow, names: readonly string[], readers: readonly ValueReader[]): Row =>
  Object.fromEntries(
    names.map((each, index) => [each, readers[index]?.(found[`v${index}`] ?? null) ?? null]),
  );

const charactersOf = (row: TextRow): number =>
  Object.values(row).reduce((sum, value) => sum + (value?.length ?? 0), 0);
