import type { Row } from "@subject-rights/core";
import type { TextRow } from "../database/database.ts";
import { belonging } from "../reach/belonging.ts";
import { join, name, sql } from "../sql/sql.ts";
import { textOf } from "../values/text-of.ts";
import { textSettings } from "../values/text-settings.ts";
import { type ValueReader, valueReader } from "../values/value-reader.ts";
import { type Asked, exportedColumns, isAfter, orderOf, placesOf, typesOf } from "./page.ts";

export interface ReadRows {
  readonly rows: readonly Row[];
  /** The place of the last row. */
  readonly last: readonly string[];
  readonly isFull: boolean;
  readonly characters: number;
}

/** Reads a page as objects: for any client, and any table. */
export const readRows = async ({ session, map, table, person, after, limit }: Asked): Promise<ReadRows> => {
  const exported = exportedColumns(table);
  const types = await typesOf(session, exported);
  const readers = exported.map(({ type }) => valueReader(types, type));
  await session.query(textSettings);
  const { before, from, where } = await belonging(session, map, table, person);
  const order = orderOf(table, exported);
  const columns = [
    ...order.map(({ value }, index) => sql`(${value})::text as ${name(`o${index}`)}`),
    ...exported.map(({ value }, index) => sql`${textOf(value)} as ${name(`v${index}`)}`),
  ];
  // Rows that are the same in everything have the same place, and come together.
  const found = await session.query(sql`${before} select ${join(columns)} from ${from}
    where ${where} and ${isAfter(order, after)}
    order by ${placesOf(order)} fetch first (${limit}::bigint) rows with ties`);
  const names = exported.map((column) => column.name);
  const last = found.at(-1);
  return {
    rows: found.map((each) => rowOf(each, names, readers)),
    last: order.map((_, index) => last?.[`o${index}`] ?? ""),
    isFull: found.length >= limit,
    characters: found.reduce((sum, each) => sum + charactersOf(each), 0),
  };
};

const rowOf = (found: TextRow, names: readonly string[], readers: readonly ValueReader[]): Row =>
  Object.fromEntries(
    names.map((each, index) => [each, readers[index]?.(found[`v${index}`] ?? null) ?? null]),
  );

const charactersOf = (row: TextRow): number =>
  Object.values(row).reduce((sum, value) => sum + (value?.length ?? 0), 0);
