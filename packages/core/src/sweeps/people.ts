import { z } from "zod";
import type { Instant } from "../instant.ts";
import {
  type FoundIdentifier,
  type GivenIdentifier,
  type Identifier,
  listedIdentifierSchema,
} from "../subject/identifier.ts";
import type { KeptPart } from "./kept-person.ts";

/** A person to erase, by everything that the application knows them by. */
export interface SweptPerson {
  readonly identifiers: readonly GivenIdentifier[];
  /**
   * What one record holds beside these: they are the person's unless some source calls them shared. Left out: nothing.
   */
  readonly found?: readonly GivenIdentifier[] | undefined;
}

export interface PeoplePage {
  /** At most 10,000: a page is held in memory. */
  readonly people: readonly SweptPerson[];
  /** Where to go on behind this page. It is stored encrypted, and handed to `people` of a later run. */
  readonly cursor: string;
}

/**
 * Says whom to erase, page by page, in a stable order, and goes on behind the page that carried this cursor; null
 * is the beginning. Whoever was erased already may be left out, or come again.
 */
export type PeopleStream = (cursor: string | null) => AsyncIterable<PeoplePage>;

/** The bound of `identifiers` in a submission; a person with more is for somebody to look at. */
const personSchema = z.strictObject({
  identifiers: z.array(listedIdentifierSchema).min(1).max(20),
  found: z.array(listedIdentifierSchema).max(20).optional(),
});

/** Only the frame: one bad person must not stop all others. */
export const pageSchema = z.object({
  people: z.array(z.unknown()).max(10_000),
  cursor: z.string().max(10_000),
});

/** One person on the way through a sweep. */
export interface Candidate {
  /** Recognises the person within this sweep. */
  readonly mark: string;
  /** As the stream gave it. */
  readonly given: unknown;
  /** Null where it is not a person. */
  readonly identifiers: readonly (GivenIdentifier & FoundIdentifier)[] | null;
  /** What one record holds beside these. Left out: nothing. */
  readonly found?: readonly (GivenIdentifier & FoundIdentifier)[];
  /** What an earlier run had found out of them: where that has erased, nobody tells it any more. Left out: nothing. */
  readonly knownSince?: readonly FoundIdentifier[];
  /** The same of what others may go by too. */
  readonly sharedSince?: readonly Identifier[];
  /** The addresses that an earlier run had found to be a household's. */
  readonly householdsSince?: readonly Identifier[];
  /** When the stream has named them. Left out: now. */
  readonly namedAt?: Instant;
  /** What keeps them, where an earlier run left them behind, or had begun with them. */
  readonly part: KeptPart | null;
}

export const candidateOf = (
  given: unknown,
  mark: (given: unknown) => string,
  part: KeptPart | null = null,
): Candidate => {
  const parsed = personSchema.safeParse(given);
  if (!parsed.success) {
    const kept = printable(given);
    return { mark: mark(kept), given: kept, identifiers: null, part };
  }
  const { identifiers, found = [] } = parsed.data;
  const sorted = identifiers.map(({ type, value }) => JSON.stringify([type, value])).sort();
  return { mark: mark(sorted), given: parsed.data, identifiers, found, part };
};

/** What is kept of something that is not a person, for somebody to find out what it is. */
const printable = (given: unknown): string => {
  try {
    return (JSON.stringify(given) ?? String(given)).slice(0, 2_000);
  } catch {
    return "something that cannot be printed";
  }
};
