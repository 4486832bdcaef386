import { SubjectRightsError } from "../errors.ts";
import type { Clock } from "../ports/clock.ts";
import { PeopleUnavailable } from "./errors.ts";
import type { Page, Pages } from "./pages.ts";
import { type Candidate, candidateOf, type PeopleStream, pageSchema } from "./people.ts";
import { markOf } from "./stored-sweep.ts";

/** Some people of one page, who are worked on together. */
export interface Batch {
  readonly page: Page;
  readonly candidates: readonly Candidate[];
}

/** What the stream is read with. */
export interface Reading {
  readonly people: PeopleStream;
  readonly cursor: string | null;
  readonly secret: Uint8Array;
  readonly batchSize: number;
  /** Who was dealt with behind the cursor, by an earlier run. */
  readonly counted: ReadonlySet<string>;
  readonly pages: Pages;
  /** Fires when no more is wanted. */
  readonly enough: AbortSignal;
  readonly clock: Clock;
  /** Milliseconds until a stream that is to close is left behind. */
  readonly deadline: number;
}

/**
 * The people of the stream, batch by batch. Who was dealt with already, or comes twice in one page, is left out.
 * Ends as well once it is enough, also where the stream is waited for.
 *
 * @throws PeopleUnavailable
 */
export async function* readPeople(reading: Reading): AsyncGenerator<Batch, void, undefined> {
  const { secret, batchSize, counted, pages } = reading;
  const mark = (given: unknown) => markOf(secret, given);
  for await (const { people, cursor } of pagesOf(reading)) {
    const candidates = new Map<string, Candidate>();
    for (const given of people) {
      const candidate = candidateOf(given, mark);
      if (!counted.has(candidate.mark)) candidates.set(candidate.mark, candidate);
    }
    const all = [...candidates.values()];
    const page = pages.begin(cursor, all.length);
    // A page without anybody is a batch too: its cursor is stored.
    for (let from = 0; from === 0 || from < all.length; from += batchSize) {
      yield { page, candidates: all.slice(from, from + batchSize) };
    }
  }
}

async function* pagesOf({ people, cursor, enough, clock, deadline }: Reading) {
  let pages: AsyncIterator<unknown> | null = null;
  const over = aborted(enough);
  try {
    const opened = people(cursor)[Symbol.asyncIterator]();
    pages = opened;
    for (;;) {
      const next = await Promise.race([opened.next(), over]);
      if (next === null) return;
      if (next.done === true) {
        pages = null;
        return;
      }
      const page = pageSchema.safeParse(next.value);
      if (!page.success) throw new PeopleUnavailable({ cause: page.error });
      yield page.data;
    }
  } catch (thrown) {
    throw SubjectRightsError.is(thrown) ? thrown : new PeopleUnavailable({ cause: thrown });
  } finally {
    await closed(pages, clock, deadline);
  }
}

/** Nobody waits for a page that is not wanted any more: what it would have said is read by whoever goes on. */
const aborted = (signal: AbortSignal): Promise<null> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve(null);
    signal.addEventListener("abort", () => resolve(null), { once: true });
  });

/** The reader of the application may have something to close, and may hang at that as at anything else. */
const closed = async (
  pages: AsyncIterator<unknown> | null,
  clock: Clock,
  deadline: number,
): Promise<void> => {
  const closing = pages?.return?.();
  if (closing === undefined) return;
  const finished = new AbortController();
  const waited = clock.wait(deadline, finished.signal).catch(() => undefined);
  try {
    await Promise.race([closing, waited]);
  } finally {
    finished.abort();
  }
};
