import { createReadStream } from "node:fs";
import { pipeline } from "node:stream";
import { type Info, parse } from "csv-parse";
import type { RecordFile } from "./record-file.ts";

interface ParsedRecord {
  readonly record: readonly string[];
  readonly info: Info;
}

/** A CSV file (RFC 4180) with a header. CSV has no null: an empty field is read as one. */
export const csvFile = (path: string): RecordFile => ({
  path,
  async *records(signal) {
    const parser = pipeline(createReadStream(path, { signal }), parse({ info: true }), () => undefined);
    let header: readonly string[] | null = null;
    let start = 0;
    for await (const { record, info } of parser as AsyncIterable<ParsedRecord>) {
      const end = info.bytes;
      if (header === null) header = record;
      else {
        const row = Object.fromEntries(header.map((name, column) => [name, record[column] || null]));
        yield { row, start, end };
      }
      start = end;
    }
  },
});
