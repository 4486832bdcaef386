import { Damaged } from "../errors.ts";
import type { StagedCollection } from "./contents.ts";
import { isPlainObject } from "./json-text.ts";

const newline = 0x0a;

/**
 * The staged rows of a collection, some lines at a time, each line one row's JSON.
 *
 * @throws Damaged where there are more or fewer rows than were counted when they were staged
 */
export async function* stagedLines(staged: StagedCollection): AsyncGenerator<string[]> {
  let rows = 0;
  let started: Uint8Array[] = [];
  for await (const piece of staged.read()) {
    const end = piece.lastIndexOf(newline);
    if (end === -1) {
      if (piece.length > 0) started.push(piece);
      continue;
    }
    const lines = Buffer.concat([...started, piece.subarray(0, end)])
      .toString("utf8")
      .split("\n");
    started = end + 1 < piece.length ? [piece.subarray(end + 1)] : [];
    rows += lines.length;
    if (rows > staged.rows) throw damaged(staged);
    yield lines;
  }
  if (started.length > 0 || rows !== staged.rows) throw damaged(staged);
}

/** @throws Damaged where the line is not a row's JSON */
export const parsedRow = (line: string, staged: StagedCollection): Readonly<Record<string, unknown>> => {
  let row: unknown;
  try {
    row = JSON.parse(line);
  } catch {
    // The parser's message quotes the row.
    throw damaged(staged);
  }
  if (!isPlainObject(row)) throw damaged(staged);
  return row;
};

export const damaged = ({ source, collection }: StagedCollection): Damaged =>
  new Damaged(`The collection "${collection}" of ${source.id}`);
