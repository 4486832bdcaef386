import type { Instant } from "../instant.ts";
import { includesIdentifier } from "../subject/identifier.ts";
import { areDaysApart } from "../subject/identifying.ts";
import { areTwo, numbersOf, shareNumber } from "../subject/numbers.ts";
import { confidentialOf } from "./change.ts";
import type { PseudonymisedIdentifier } from "./events.ts";
import type { Request } from "./request.ts";

interface ToldInLine {
  readonly found: readonly PseudonymisedIdentifier[];
  /** When it was known that a name that both have leads to them. */
  readonly knownAt: Instant;
}

interface NewsInLine {
  readonly news: readonly PseudonymisedIdentifier[];
  /**
   * Whether both are of one person: they know one number, or were confirmed no further apart than an address is good for.
   */
  readonly isCertain: boolean;
}

/**
 * What another request of the person knows of their numbers, and this one does not. Null where that is nothing, where each
 * knows another number, so that they are of two people, and where nobody is asked any more who the person is.
 */
export const newsInLine = (request: Request, { found, knownAt }: ToldInLine): NewsInLine | null => {
  const { identifiers, candidates } = confidentialOf(request);
  const own = numbersOf(identifiers, request.pseudonyms);
  const theirs = numbersOf(
    found.map((each) => each.identifier),
    found.map((each) => each.pseudonym),
  );
  const known = [...identifiers, ...Object.values(candidates)];
  const news = found.filter(({ identifier }) => !includesIdentifier(known, identifier));
  if (request.reopened > 0 || news.length === 0 || areTwo(own, theirs)) return null;
  const confirmedAt = request.acknowledgement.acknowledgedAt ?? request.receivedAt;
  const isInTime = !areDaysApart(knownAt, confirmedAt);
  return { news, isCertain: isInTime || shareNumber(own, theirs) };
};
