import { SubjectRightsError } from "../errors.ts";
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
}

/**
 * The people of the stream, batch by batch. Who was dealt with already, or comes twice in one page, is left out.
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

async function* pagesOf({ people, cursor }: Reading) {
  try {
    for await (const given of people(cursor)) {
      const page = pageSchema.safeParse(given);
      if (!page.success) throw new PeopleUnavailable({ cause: page.error });
      yield page.data;
    }
  } catch (thrown) {
    throw SubjectRightsError.is(thrown) ? thrown : new PeopleUnavailable({ cause: thrown });
  }
}
