import { BytesOut } from "./bytes-out.ts";
import type { StagedCollection } from "./contents.ts";
import { newline, RowCount, stagedLines } from "./staged-lines.ts";

/** How many bytes are held before they are written. */
const partLength = 256 * 1024;

/** A row with more bytes than this is handed on where it lies. */
const longRow = 64 * 1024;

/**
 * A collection as a JSON array, one row a line, so that it can be read by line too. The rows are copied as the bytes
 * that they are. A piece is overwritten when the next one is asked for.
 *
 * @throws Damaged where there are more or fewer rows than were counted when they were staged
 */
export async function* jsonFile(staged: StagedCollection): AsyncGenerator<Uint8Array> {
  const count = new RowCount(staged);
  const out = new BytesOut();
  for await (const lines of stagedLines(staged)) {
    for (let from = 0; from < lines.length; ) {
      const end = lines.indexOf(newline, from);
      if (count.rows === 0) out.put(opening);
      else out.put(separator);
      count.add(1);
      if (end - from > longRow) {
        yield out.taken();
        yield lines.subarray(from, end);
      } else {
        out.copy(lines, from, end);
      }
      if (out.length > partLength) yield out.taken();
      from = end + 1;
    }
  }
  count.finish();
  out.put(count.rows === 0 ? emptyList : closing);
  yield out.taken();
}

const opening = Buffer.from("[\n");
const separator = Buffer.from(",\n");
const closing = Buffer.from("\n]\n");
const emptyList = Buffer.from("[]\n");
