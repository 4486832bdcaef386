import { z } from "zod";
import type { CallFailed } from "../errors.ts";
import { mostColumns } from "../export/column-tally.ts";
import { valueKinds } from "../export/value-kinds.ts";
import type { DataSourceDefinition, ExportPage, Row } from "../ports/data-source.ts";
import { err, ok, type Result } from "../result.ts";
import type { Subject } from "../subject/subject.ts";
import { type Call, checkAnswer, contextOf, invalidAnswer, withinDeadline } from "./call.ts";

/** The largest page of rows: a page is in memory as a whole. */
export const rowsPerPage = 10_000;

/** The largest page of lines, in bytes: as long as one row may be. */
const mostBytes = 64 * 1024 * 1024;

/** The pages of one export, fetched one at a time, each with a deadline of its own. */
export interface ExportPages {
  /** The next page; null behind the last one. After an error there is nothing more to fetch. */
  next(): Promise<Result<ExportPage | null, CallFailed>>;
  /** Lets go of the source before its end. */
  close(): Promise<void>;
}

const resultSchema = z.object({ done: z.unknown(), value: z.unknown() });

const anyPage = {
  collection: z.string().min(1).max(200),
  cursor: z.string().max(10_000).optional(),
};

const rowPageSchema = z.object({
  ...anyPage,
  rows: z.custom<readonly Row[]>(
    (value) => Array.isArray(value) && value.length <= rowsPerPage,
    `a page is a list of at most ${rowsPerPage} rows`,
  ),
  // Rows in both forms would be some twice, or some not at all.
  lines: z.undefined().optional(),
});

const linePageSchema = z
  .object({
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
): ExportPages => {
  // The author's generator sees one signal for all of its pages: it starts once, and each page has a deadline.
  const ended = new AbortController();
  const signal = AbortSignal.any([call.signal, ended.signal]);
  let pages: AsyncIterator<ExportPage> | null = null;

  const start = (): AsyncIterator<ExportPage> => {
    const iterable: unknown = definition.export?.(subject, { ...contextOf(call, signal), cursor });
    if (typeof iterable !== "object" || iterable === null || !(Symbol.asyncIterator in iterable)) {
      throw invalidAnswer(source);
    }
    return (iterable as AsyncIterable<ExportPage>)[Symbol.asyncIterator]();
  };

  const fail = (error: CallFailed): Result<never, CallFailed> => {
    ended.abort(error);
    return err(error);
  };

  return {
    async next() {
      if (ended.signal.aborted) return ok(null);
      const step = await withinDeadline(source, call, () => {
        pages ??= start();
        return pages.next();
      });
      if (step.isErr()) return fail(step.error);
      const result = checkAnswer(source, resultSchema, step.value);
      if (result.isErr()) return fail(result.error);
      if (result.value.done === true) {
        ended.abort();
        return ok(null);
      }
      const page = checkAnswer(source, pageSchema, result.value.value);
      if (page.isErr()) return fail(page.error);
      return ok(pageOf(page.value));
    },

    async close() {
      ended.abort();
      // A generator that hangs would keep us here for ever; its `finally` blocks run when it gets to them.
      void (async () => pages?.return?.())().catch(() => undefined);
    },
  };
};

const pageOf = ({ cursor, collection, ...page }: z.infer<typeof pageSchema>): ExportPage => {
  const place = cursor === undefined ? { collection } : { collection, cursor };
  if (page.lines === undefined) return { ...place, rows: page.rows };
  const { lines, count, columns } = page;
  return { ...place, lines, count, columns };
};
