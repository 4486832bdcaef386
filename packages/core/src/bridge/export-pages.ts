import { z } from "zod";
import type { CallFailed } from "../errors.ts";
import type { DataSourceDefinition, ExportPage, Row } from "../ports/data-source.ts";
import { err, ok, type Result } from "../result.ts";
import type { Subject } from "../subject/subject.ts";
import { type Call, checkAnswer, contextOf, invalidAnswer, withinDeadline } from "./call.ts";

/** The largest page: a page is in memory as a whole. */
export const rowsPerPage = 10_000;

/** The pages of one export, fetched one at a time, each with a deadline of its own. */
export interface ExportPages {
  /** The next page; null behind the last one. After an error there is nothing more to fetch. */
  next(): Promise<Result<ExportPage | null, CallFailed>>;
  /** Lets go of the source before its end. */
  close(): Promise<void>;
}

const resultSchema = z.object({ done: z.unknown(), value: z.unknown() });

const pageSchema = z.object({
  collection: z.string().min(1).max(200),
  rows: z.custom<readonly Row[]>(
    (value) => Array.isArray(value) && value.length <= rowsPerPage,
    `a page is a list of at most ${rowsPerPage} rows`,
  ),
  cursor: z.string().max(10_000).optional(),
});

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
      const { cursor: next, ...rest } = page.value;
      return ok(next === undefined ? rest : { ...rest, cursor: next });
    },

    async close() {
      ended.abort();
      // A generator that hangs would keep us here for ever; its `finally` blocks run when it gets to them.
      void (async () => pages?.return?.())().catch(() => undefined);
    },
  };
};
