import { z } from "zod";
import type { CallFailed } from "../errors.ts";
import { err, ok, type Result } from "../result.ts";
import { type Call, checkAnswer, invalidAnswer, Refused, withinDeadline } from "./call.ts";

/** The pages of something that a source yields, fetched one at a time, each with a deadline of its own. */
export interface SourcePages<Page> {
  /** The next page; null behind the last one. After an error there is nothing more to fetch. */
  next(): Promise<Result<Page | null, CallFailed>>;
  /** Lets go of the source before its end. */
  close(): Promise<void>;
}

/** Milliseconds. Pages that are there at once would else keep every timer and every other request of the process waiting. */
const longestBreath = 250;

const resultSchema = z.object({ done: z.unknown(), value: z.unknown() });

/**
 * @param begin what the author wrote; it sees one signal for all of its pages, since it starts once
 * @param asked as what they know it
 */
export const sourcePages = <Page>(
  source: string,
  call: Call,
  begin: (signal: AbortSignal) => unknown,
  schema: z.ZodType<Page>,
  asked: "export" | "identifiers",
): SourcePages<Page> => {
  const ended = new AbortController();
  const signal = AbortSignal.any([call.signal, ended.signal]);
  let pages: AsyncIterator<unknown> | null = null;
  let breathed = performance.now();

  const start = (): AsyncIterator<unknown> => {
    const iterable = begin(signal);
    if (typeof iterable !== "object" || iterable === null || !(Symbol.asyncIterator in iterable)) {
      const pages = `\`${asked}\` gave nothing to go through: write \`async *${asked}\`, and \`yield\` pages`;
      throw invalidAnswer(source, new Refused(pages));
    }
    return (iterable as AsyncIterable<unknown>)[Symbol.asyncIterator]();
  };

  const fail = (error: CallFailed): Result<never, CallFailed> => {
    ended.abort(error);
    return err(error);
  };

  return {
    async next() {
      if (ended.signal.aborted) return ok(null);
      if (performance.now() - breathed > longestBreath) {
        await new Promise((resolve) => setImmediate(resolve));
        breathed = performance.now();
      }
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
      const page = checkAnswer(source, schema, result.value.value, asked);
      return page.isErr() ? fail(page.error) : ok(page.value);
    },

    async close() {
      ended.abort();
      // A generator that hangs would keep us here for ever; its `finally` blocks run when it gets to them.
      void (async () => pages?.return?.())().catch(() => undefined);
    },
  };
};
