import { type ExportPage, rowsPerPage } from "@subject-rights/core";
import { z } from "zod";
import type { MappedTable, ResolvedMap } from "../data-map/resolved-map.ts";
import type { Database, Session } from "../database/database.ts";
import type { Person } from "../reach/reach.ts";
import { type ReadLines, readLines } from "./line-page.ts";
import type { Asked } from "./page.ts";
import { bounded, firstLines, firstRows, nextLines, nextRows } from "./page-size.ts";
import { type ReadRows, readRows } from "./row-page.ts";

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
  const { database, use, tablesOf, signal } = exporting;
  let cursor = exporting.cursor === null ? null : readCursor(exporting.cursor);
  const start = await database.transaction(async (session) => tablesOf(await use(session)), signal);
  const titles = start.map(({ map }) => map.title);
  const first = cursor === null ? 0 : titles.indexOf(cursor.collection);
  if (first === -1) throw new Error("The data map no longer has the collection that this export stopped in.");
  let room: Buffer = Buffer.allocUnsafeSlow(firstRoom);
  for (const collection of titles.slice(first)) {
    let size = firstSize(room);
    for (;;) {
      const after: readonly string[] | null = cursor?.collection === collection ? cursor.after : null;
      const page = await readPage(exporting, collection, after, size);
      if (page.last === null) break;
      cursor = { collection, after: [...page.last] };
      yield* page.pages(JSON.stringify(cursor));
      ({ room } = page);
      if (page.next === null) break;
      size = page.next;
    }
  }
}

const readCursor = (text: string): Cursor => cursorSchema.parse(JSON.parse(text));

/** How much to ask for. */
interface Size {
  readonly rows: number;
  readonly lines: number;
  readonly isFirst: boolean;
  /** Whether lines are looked for in order; null where that is to be found out. */
  readonly inOrder: boolean | null;
  /** Memory for lines: the same for one page after the other, as much of it would wait for the collector. */
  readonly room: Buffer;
}

const firstRoom = 64 * 1024;

/** Nearly everybody has all of their rows on one page, and is not worth a question. */
const firstSize = (room: Buffer): Size => ({
  rows: firstRows,
  lines: firstLines,
  inOrder: false,
  isFirst: true,
  room,
});

interface Page {
  readonly room: Buffer;
  /** The place of the last row; null where there is none. */
  readonly last: readonly string[] | null;
  readonly next: Size | null;
  readonly pages: (cursor: string) => Iterable<ExportPage>;
}

const readPage = (
  { database, use, tablesOf, person, signal }: Exporting,
  collection: string,
  after: readonly string[] | null,
  size: Size,
): Promise<Page> =>
  database.transaction(async (session) => {
    const map = await use(session);
    const table = tablesOf(map).find((each) => each.map.title === collection);
    if (table === undefined) throw new Error("The data map has changed in the middle of this export.");
    const asked: Omit<Asked, "limit"> = { session, map, table, person, after };
    const { copy } = session;
    if (copy === undefined || table.key === null) {
      return pageOfRows(collection, size, await readRows({ ...asked, limit: size.rows }));
    }
    const { lines: limit, inOrder, room } = size;
    return pageOfLines(collection, size, await readLines({ ...asked, copy, limit, inOrder, room }));
  }, signal);

const pageOfRows = (collection: string, size: Size, { rows, last, isFull, characters }: ReadRows): Page => ({
  room: size.room,
  last: rows.length === 0 ? null : last,
  next: isFull ? { ...size, rows: nextRows(size.rows, characters, rowsPerPage) } : null,
  pages: (cursor) => bounded(collection, rows, cursor),
});

const pageOfLines = (collection: string, size: Size, read: ReadLines): Page => {
  const { lines, count, columns, last, isFull, room } = read;
  const inOrder = size.isFirst ? null : read.inOrder;
  const limit = nextLines(size.lines, count, lines.length);
  const next: Size = { ...size, lines: limit, isFirst: false, inOrder, room };
  return {
    room,
    last: count === 0 ? null : last,
    next: isFull ? next : null,
    pages: (cursor) => [{ collection, lines, count, columns, cursor }],
  };
};
