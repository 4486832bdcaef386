import { z } from "zod";
import { mostColumns } from "../export/column-tally.ts";
import { valueKinds } from "../export/value-kinds.ts";
import type { DataSourceDefinition, ExportPage, Row } from "../ports/data-source.ts";
import type { Subject } from "../subject/subject.ts";
import { type Call, contextOf } from "./call.ts";
import { type SourcePages, sourcePages } from "./source-pages.ts";

/** The largest page of rows: a page is in memory as a whole. */
export const rowsPerPage = 10_000;

/** The largest page of lines, in bytes: as long as one row may be. */
const mostBytes = 64 * 1024 * 1024;

/** The pages of one export. */
export type ExportPages = SourcePages<ExportPage>;

const anyPage = {
  collection: z.string().min(1).max(200),
  cursor: z.string().max(10_000).optional(),
};

const rowPageSchema = z.strictObject({
  ...anyPage,
  rows: z.custom<readonly Row[]>(
    (value) => Array.isArray(value) && value.length <= rowsPerPage,
    `a page is a list of at most ${rowsPerPage} rows`,
  ),
  // Rows in both forms would be some twice, or some not at all.
  lines: z.undefined().optional(),
});

const linePageSchema = z
  .strictObject({
    ...anyPage,
    lines: z.custom<Uint8Array>(
      (value) => value instanceof Uint8Array && value.length <= mostBytes,
      `a page of lines is a Uint8Array of at most ${mostBytes} bytes`,
    ),
    count: z.int().nonnegative(),
    columns: z
      .array(z.object({ name: z.string(), kinds: z.array(z.enum(valueKinds)).min(1) }))
      .max(mostColumns),
    rows: z.undefined().optional(),
  })
  .refine(({ lines, count }) => hasLines(lines, count), "the lines are not whole, or not as many as is said");

const [newline, openingBrace, closingBrace] = Buffer.from("\n{}");

const isUtf8 = (bytes: Uint8Array): boolean => {
  try {
    new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    return true;
  } catch {
    return false;
  }
};

/** Whether these are so many lines of text, and each stands in braces. What is between them is not looked at here. */
const hasLines = (bytes: Uint8Array, count: number): boolean => {
  if (newline === undefined || !isUtf8(bytes)) return false;
  let lines = 0;
  let from = 0;
  for (let end = bytes.indexOf(newline); end !== -1; end = bytes.indexOf(newline, from)) {
    if (bytes[from] !== openingBrace || bytes[end - 1] !== closingBrace) return false;
    lines += 1;
    from = end + 1;
  }
  return from === bytes.length && lines === count;
};

const pageSchema = z.union([rowPageSchema, linePageSchema]);

export const exportPages = (
  source: string,
  definition: DataSourceDefinition,
  subject: Subject,
  call: Call,
  cursor: string | null,
): ExportPages =>
  sourcePages(
    source,
    call,
    (signal) => definition.export?.(subject, { ...contextOf(call, signal), cursor }),
    pageSchema.transform(pageOf),
    "export",
  );

function pageOf({ cursor, collection, ...page }: z.infer<typeof pageSchema>): ExportPage {
  const place = cursor === undefined ? { collection } : { collection, cursor };
  if (page.lines === undefined) return { ...place, rows: page.rows };
  const { lines, count, columns } = page;
  return { ...place, lines, count, columns };
}
