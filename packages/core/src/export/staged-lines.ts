import type { StagedCollection } from "./contents.ts";
import { DamagedPart } from "./damaged-part.ts";
import { isPlainObject } from "./json-text.ts";

export const newline = 0x0a;

/**
 * The staged rows of a collection, as bytes: each line one row's JSON, in pieces that hold whole lines only, each
 * with its newline. Nothing is copied but a line that two pieces share. A piece is looked at until the next is asked
 * for.
 *
 * @throws Damaged where the last line has no end
 */
export async function* stagedLines(staged: StagedCollection): AsyncGenerator<Uint8Array> {
  let started: Uint8Array[] = [];
  for await (const piece of staged.read()) {
    let from = 0;
    if (started.length > 0) {
      from = piece.indexOf(newline) + 1;
      if (from === 0) {
        started.push(Uint8Array.prototype.slice.call(piece));
        continue;
      }
      yield Buffer.concat([...started, piece.subarray(0, from)]);
      started = [];
    }
    const end = Math.max(from, piece.lastIndexOf(newline) + 1);
    if (end > from) yield piece.subarray(from, end);
    if (end < piece.length) started.push(Uint8Array.prototype.slice.call(piece, end));
  }
  if (started.some(({ length }) => length > 0)) throw damaged(staged);
}

/** The row in the line from here to there. @throws Damaged where that is not a row's JSON */
export const parsedRow = (
  lines: Uint8Array,
  from: number,
  to: number,
  staged: StagedCollection,
): Readonly<Record<string, unknown>> => {
  let row: unknown;
  try {
    row = JSON.parse(Buffer.from(lines.buffer, lines.byteOffset + from, to - from).toString());
  } catch {
    // The parser's message quotes the row.
    throw damaged(staged);
  }
  if (!isPlainObject(row)) throw damaged(staged);
  return row;
};

/** Counts rows, and throws where there are others than were counted when they were staged. */
export class RowCount {
  readonly #staged: StagedCollection;
  #rows = 0;

  constructor(staged: StagedCollection) {
    this.#staged = staged;
  }

  /** So far. */
  get rows(): number {
    return this.#rows;
  }

  /** @throws Damaged where there are more than were staged */
  add(rows: number): void {
    this.#rows += rows;
    if (this.#rows > this.#staged.rows) throw damaged(this.#staged);
  }

  /** @throws Damaged where there were fewer than were staged */
  finish(): void {
    if (this.#rows !== this.#staged.rows) throw damaged(this.#staged);
  }
}

export const damaged = (staged: StagedCollection): DamagedPart => new DamagedPart(staged, "invalid-answer");
