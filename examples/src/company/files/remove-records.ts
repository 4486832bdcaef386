import { createReadStream } from "node:fs";
import type { Row } from "@subject-rights/core";
import { exclusively } from "./exclusively.ts";
import type { FileRecord, RecordFile } from "./record-file.ts";
import { replaceFile } from "./replace-file.ts";

/**
 * Takes records out of a file, and says how many. Every other byte of the file stays as it is; with nothing to
 * take out, the file is not touched.
 */
export const removeRecords = (
  file: RecordFile,
  isRemoved: (row: Row) => boolean,
  signal: AbortSignal,
): Promise<number> =>
  exclusively(file.path, async () => {
    const removed: FileRecord[] = [];
    for await (const record of file.records(signal)) if (isRemoved(record.row)) removed.push(record);
    if (removed.length > 0) await replaceFile(file.path, bytesBetween(file.path, removed, signal));
    return removed.length;
  });

async function* bytesBetween(path: string, removed: readonly FileRecord[], signal: AbortSignal) {
  let offset = 0;
  let next = 0;
  for await (const chunk of createReadStream(path, { signal }) as AsyncIterable<Buffer>) {
    const end = offset + chunk.length;
    const kept: Buffer[] = [];
    let from = offset;
    for (let record = removed[next]; record !== undefined && record.start < end; record = removed[next]) {
      if (record.start > from) kept.push(chunk.subarray(from - offset, record.start - offset));
      from = record.end;
      // The rest of it is in the next chunk.
      if (record.end > end) break;
      next += 1;
    }
    if (from < end) kept.push(chunk.subarray(from - offset));
    yield Buffer.concat(kept);
    offset = end;
  }
}
