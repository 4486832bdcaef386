import { createReadStream } from "node:fs";
import type { Row } from "@subject-rights/core";
import type { RecordFile } from "./record-file.ts";

const lineFeed = 0x0a;

/**
 * A file with a record on each line. `parse` gets the line without its end, and throws where it makes no sense.
 */
export const lineFile = (path: string, parse: (line: string) => Row): RecordFile => ({
  path,
  async *records(signal) {
    let unread: Buffer = Buffer.alloc(0);
    let start = 0;
    for await (const chunk of createReadStream(path, { signal })) {
      unread = Buffer.concat([unread, chunk]);
      let from = 0;
      for (let at = unread.indexOf(lineFeed); at !== -1; at = unread.indexOf(lineFeed, from)) {
        const end = start + at + 1 - from;
        yield { row: parse(unread.toString("utf8", from, at)), start, end };
        start = end;
        from = at + 1;
      }
      unread = unread.subarray(from);
    }
    if (unread.length > 0) yield { row: parse(unread.toString("utf8")), start, end: start + unread.length };
  },
});
