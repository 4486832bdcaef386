import { type ExportPage, type Row, rowsPerPage } from "@subject-rights/core";

/** Rows may be of any size: the first page is small, and says how large they are. */
export const firstRows = 32;

/** A page of lines is cut off where it gets too large; so it may begin with more. */
export const firstLines = 1_000;

/** A page of lines ends behind the line with which it has so many bytes. */
export const bytesPerPage = 8 * 1024 * 1024;

/** How many lines to ask for next: no more come than are likely to find room. */
export const nextLines = (limit: number, lines: number, bytes: number): number =>
  Math.max(1, Math.min(limit * 16, Math.ceil((lines * bytesPerPage) / Math.max(bytes, 1))));

/** About what a page should have, in characters of text. */
const target = 1024 * 1024;

/** How many rows to ask for next, after so many had so many characters. */
export const nextRows = (rows: number, characters: number, most: number): number =>
  Math.max(1, Math.min(rows * 8, Math.floor((rows * target) / Math.max(characters, 1)), most));

/**
 * A page, in parts that are none too large. Only the last carries the cursor: behind the others it would leave out
 * rows of the same place.
 */
export function* bounded(collection: string, rows: readonly Row[], cursor: string): Generator<ExportPage> {
  for (let from = 0; from < rows.length; from += rowsPerPage) {
    const part = rows.slice(from, from + rowsPerPage);
    yield from + rowsPerPage < rows.length ? { collection, rows: part } : { collection, rows: part, cursor };
  }
}
