import type { Row } from "@subject-rights/core";

/** One record of a file, and the bytes it takes up there: from `start` up to, but not including, `end`. */
export interface FileRecord {
  readonly row: Row;
  readonly start: number;
  readonly end: number;
}

/** A file of records, whatever its format. What cannot be read is thrown, never skipped. */
export interface RecordFile {
  readonly path: string;
  /** One record after the other, without holding the file in memory. */
  records(signal: AbortSignal): AsyncIterable<FileRecord>;
}
