import { askedBeside } from "../../bridge/call.ts";
import { CallFailed } from "../../errors.ts";
import { beyondStaying, type CollectionCount, countIn } from "../../request/outcomes.ts";
import { isInPart } from "../../request/retention.ts";
import type { SourceStep } from "../../request/steps.ts";
import { errAsync, okAsync, type ResultAsync } from "../../result.ts";
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
 * has to look.
 */
export const noneCameSince = (
  { request }: Pick<Effect, "request">,
  step: SourceStep,
  work: Work,
): ResultAsync<void, CallFailed> =>
  !isByOldAddress(work) || step.task !== "erase"
    ? okAsync(undefined)
    : cameSince({ request }, step, work).andThen((more) =>
        more.length === 0
          ? okAsync<void, CallFailed>(undefined)
          : errAsync<void, CallFailed>(moreThanStayed(step, more)),
      );

/**
 * What is there under the addresses that a source was not asked by at the end, because it finds people by a number: what has
 * come under one of them since, without the number, may be the person's. It is only counted.
 */
export const cameUnderAddresses = (
  { request }: Pick<Effect, "request">,
  step: SourceStep,
  work: Work,
): ResultAsync<CollectionCount[], CallFailed> =>
  step.task === "identify" || work.known.length === work.subject.identifiers.length
    ? okAsync([])
    : cameSince({ request }, step, { ...work, subject: identifiedSubject(work.known, work.subject.shared) });

/**
 * What a source finds by all the names, beyond what stayed and beyond what it finds by those that are certain. It looks for
 * itself whose a row is that says so by a number, and counts none of somebody else's.
 */
const cameSince = (
  { request }: Pick<Effect, "request">,
  step: SourceStep,
  { source, subject, certain, call }: Work,
): ResultAsync<CollectionCount[], CallFailed> => {
  const count = source.locate ?? source.remaining;
  if (count === null) return okAsync([]);
  const before = request.closedBefore?.steps.find((each) => each.source === step.source) ?? step;
  const counted = (names: Work["subject"], mark: string) =>
    count(names, askedBeside(call, mark)).map((found) =>
      beyondStaying(found, before.outcomes).filter((each) => isInPart(step, each)),
    );
  return counted(subject, "since").andThen((more) => {
    if (more.length === 0 || !canFindBy(source, certain)) return okAsync<CollectionCount[], CallFailed>(more);
    return counted(identifiedSubject(certain, subject.shared), "certain").map((theirs) =>
      more.filter(({ collection }) => countIn(more, collection) > countIn(theirs, collection)),
    );
  });
};
