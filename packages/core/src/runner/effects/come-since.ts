import { askedBeside } from "../../bridge/call.ts";
import { CallFailed } from "../../errors.ts";
import {
  beyondStaying,
  type CollectionCount,
  type CollectionOutcome,
  countIn,
} from "../../request/outcomes.ts";
import { isInPart } from "../../request/retention.ts";
import type { SourceStep } from "../../request/steps.ts";
import { errAsync, okAsync, type ResultAsync } from "../../result.ts";
import type { Identifier } from "../../subject/identifier.ts";
import { identifiedSubject } from "../../subject/subject.ts";
import { canFind as canFindBy } from "../ask-who.ts";
import type { Effect, Work } from "./effect.ts";

/** Whether a call is led by addresses that may be somebody else's by now, because nothing better is known. */
export const isByOldAddress = ({ subject, certain }: Work): boolean =>
  subject.identifiers.length > certain.length;

/** What is found by such an address, and was not said to stay, is nothing to erase: somebody has to look. */
export const moreThanStayed = (step: SourceStep, found: readonly CollectionCount[]): CallFailed =>
  new CallFailed(step.source, "more-than-retained", false, undefined, [
    ...new Set(found.map(({ collection }) => collection)),
  ]);

/**
 * Holds what stayed against what is there, right before more is erased where the person was erased more than a day ago:
 * whoever has the address by then may be somebody else, and whoever has become a customer again has not asked for that to be
 * erased. Where the addresses lead to further rows, and to more than stayed, nobody knows which of them that was, and a person
 * has to look. Where the request was opened again, what stayed then does not stay any more (`nothingFound`).
 */
export const noneCameSince = (
  { request }: Pick<Effect, "request">,
  step: SourceStep,
  work: Work,
): ResultAsync<void, CallFailed> =>
  !isByOldAddress(work) || step.task !== "erase" || request.reopened > 0
    ? okAsync(undefined)
    : cameSince(step, work).andThen((more) =>
        more.length === 0
          ? okAsync<void, CallFailed>(undefined)
          : errAsync<void, CallFailed>(moreThanStayed(step, more)),
      );

interface FoundByAddresses {
  /** What is there by all the names. */
  readonly all: readonly CollectionCount[];
  /** What of it is not found by those that are certain. */
  readonly beside: CollectionCount[];
}

const inThePart = (step: SourceStep, found: readonly CollectionCount[]): CollectionCount[] =>
  found.filter((each) => isInPart(step, each) && each.becomes !== "kept");

/**
 * What became of the part that a request was opened again for, in a source that finds the person by nothing but addresses that
 * nobody has vouched for: it is not asked to erase, and is counted once more. One that holds nothing of somebody may name no
 * collection; one that names others alone has said nothing of these.
 *
 * Errors: `more-than-retained` where anything is there after all
 */
export const nothingFound = (
  step: SourceStep,
  { source, subject, call: { collections: _, staying: __, ...call } }: Work,
): ResultAsync<readonly CollectionOutcome[], CallFailed> => {
  const count = source.locate ?? source.remaining;
  if (count === null) return okAsync([]);
  return count(subject, askedBeside(call, "nothing")).andThen((found) => {
    const there = inThePart(step, found).filter((each) => each.count > 0);
    if (there.length > 0) return errAsync(moreThanStayed(step, there));
    const named =
      found.length === 0
        ? (step.part ?? [])
        : found.filter((each) => isInPart(step, each)).map(({ collection }) => collection);
    return okAsync([...new Set(named)].map((collection) => ({ collection, outcome: "absent" as const })));
  });
};

/**
 * What a source finds in the part that a request was opened again for; without what it tells apart as somebody else's, because it
 * has another number. Null where it has no way to count.
 */
export const foundByAddresses = (
  step: SourceStep,
  { source, subject, known, certain, call }: Work,
): ResultAsync<FoundByAddresses | null, CallFailed> => {
  const count = source.locate ?? source.remaining;
  if (count === null) return okAsync(null);
  const counted = (names: readonly Identifier[], mark: string) =>
    count(identifiedSubject(names, subject.shared), askedBeside(call, mark)).map((found) =>
      inThePart(step, found),
    );
  return counted(known, "with addresses").andThen((all) =>
    (canFindBy(source, certain)
      ? counted(certain, "without")
      : okAsync<CollectionCount[], CallFailed>([])
    ).map((theirs) => ({
      all,
      beside: all.filter(({ collection }) => countIn(all, collection) > countIn(theirs, collection)),
    })),
  );
};

/**
 * What is there under the addresses that a source was not asked by at the end, because it finds people by a number: what has
 * come under one of them since, without the number, may be the person's. It is only counted.
 */
export const cameUnderAddresses = (
  step: SourceStep,
  work: Work,
): ResultAsync<CollectionCount[], CallFailed> =>
  step.task === "identify" || work.known.length === work.subject.identifiers.length
    ? okAsync([])
    : cameSince(step, { ...work, subject: identifiedSubject(work.known, work.subject.shared) });

/**
 * What a source finds by all the names, beyond what stayed and beyond what it finds by those that are certain. It looks for
 * itself whose a row is that says so by a number, and counts none of somebody else's.
 */
const cameSince = (
  step: SourceStep,
  { source, subject, certain, call }: Work,
): ResultAsync<CollectionCount[], CallFailed> => {
  const count = source.locate ?? source.remaining;
  if (count === null) return okAsync([]);
  const counted = (names: Work["subject"], mark: string) =>
    count(names, askedBeside(call, mark)).map((found) => beyondStaying(found, step.outcomes));
  return counted(subject, "since").andThen((more) => {
    if (more.length === 0 || !canFindBy(source, certain)) return okAsync<CollectionCount[], CallFailed>(more);
    return counted(identifiedSubject(certain, subject.shared), "certain").map((theirs) =>
      more.filter(({ collection }) => countIn(more, collection) > countIn(theirs, collection)),
    );
  });
};
