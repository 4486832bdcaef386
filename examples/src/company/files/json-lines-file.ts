import type { Row } from "@subject-rights/core";
import { lineFile } from "./line-file.ts";
import type { RecordFile } from "./record-file.ts";

/** A file with a JSON object on each line. */
export const jsonLinesFile = (path: string): RecordFile => lineFile(path, parseRow);

const parseRow = (line: string): Row => {
  // Looking at every value takes five times as long: most lines have no number that needs it.
  const row: Row | null = JSON.parse(line, /\d{16}/.test(line) ? keepingDigits : undefined);
  if (typeof row !== "object" || row === null || Array.isArray(row))
    throw new Error("a line is no JSON object");
  return row;
};

/** A `number` would change the last digits of an invoice number: what does not fit becomes a `bigint`. */
const keepingDigits = (_name: string, value: unknown, context?: { readonly source?: string }): unknown =>
  typeof value === "number" && Number.isInteger(value) && !Number.isSafeInteger(value) && context?.source
    ? BigInt(context.source)
    : value;
