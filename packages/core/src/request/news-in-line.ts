import { includesIdentifier } from "../subject/identifier.ts";
import { areTwo, numbersOf, shareNumber } from "../subject/numbers.ts";
import { confidentialOf } from "./change.ts";
import type { PseudonymisedIdentifier } from "./events.ts";
import type { Request } from "./request.ts";

interface NewsInLine {
  readonly news: readonly PseudonymisedIdentifier[];
  /** Whether both know one number, so that there is no doubt that they are of one person. */
  readonly isOfOne: boolean;
}

/**
 * What another request of the person knows of their numbers, and this one does not. Null where that is nothing, where each
 * knows another number, so that they are of two people, and where nobody is asked any more who the person is.
 */
export const newsInLine = (
  request: Request,
  found: readonly PseudonymisedIdentifier[],
): NewsInLine | null => {
  const { identifiers, candidates } = confidentialOf(request);
  const own = numbersOf(identifiers, request.pseudonyms);
  const theirs = numbersOf(
    found.map((each) => each.identifier),
    found.map((each) => each.pseudonym),
  );
  const known = [...identifiers, ...Object.values(candidates)];
  const news = found.filter(({ identifier }) => !includesIdentifier(known, identifier));
  return request.reopened > 0 || news.length === 0 || areTwo(own, theirs)
    ? null
    : { news, isOfOne: shareNumber(own, theirs) };
};
