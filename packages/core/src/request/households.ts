import { type Identifier, includesIdentifier, isSteady, sameIdentifier } from "../subject/identifier.ts";
import { leading } from "../subject/vouching.ts";
import { confidentialOf } from "./change.ts";
import type { Confidential, Request } from "./request.ts";

/**
 * Whether a number that others may have, and that a source names, shows that an address of the person's is not theirs alone: an
 * address has led to it, or it is of the type of one of theirs, beside which it is named.
 */
export const isOfHousehold = (
  { identifiers }: Pick<Confidential, "identifiers">,
  number: Identifier,
  ledBy: readonly Identifier[],
): boolean => {
  const own = leading(identifiers);
  return (
    isSteady(number) &&
    !includesIdentifier(own, number) &&
    (own.some((each) => isSteady(each) && each.type === number.type) ||
      ledBy.some((each) => includesIdentifier(own, each)))
  );
};

/**
 * Whether the person's addresses lead to a number that is somebody else's, or may be, as another source than this one has said.
 * Then what this one tells because of an address may be the other one's, under a number of which nobody else knows anything.
 */
export const isSharedWithOthers = (request: Request, source: string): boolean => {
  const confidential = confidentialOf(request);
  const { candidates, ledBy = {} } = confidential;
  return request.decisions.some((decision) => {
    const number = candidates[decision.id];
    return (
      decision.answer !== "same-person" &&
      decision.source !== source &&
      number !== undefined &&
      isOfHousehold(confidential, number, ledBy[decision.id] ?? [])
    );
  });
};

/**
 * The addresses of a household by which a source has come to a number that is somebody else's, or may be: it may find that one's
 * records by them whatever it is told, so it is asked by what else is known.
 */
export const householdsAt = (request: Request, source: string): readonly Identifier[] => {
  const { householdAt = {} } = confidentialOf(request);
  return request.decisions.flatMap((decision) =>
    decision.source === source && decision.answer !== "same-person" ? (householdAt[decision.id] ?? []) : [],
  );
};

/** Those of some addresses that no source has told of a number of the person's: what a household has stays theirs too. */
export const toldOfNobody = (
  { addresses = [] }: Pick<Confidential, "addresses">,
  those: readonly Identifier[],
): readonly Identifier[] =>
  those.filter((each) =>
    addresses.every((known) => known.toldAt === undefined || !sameIdentifier(known, each)),
  );
