import { askedBeside } from "../../bridge/call.ts";
import { CallFailed } from "../../errors.ts";
import { stepOf } from "../../request/change.ts";
import { standingInOrigins } from "../../request/copies.ts";
import { type CollectionCount, type CollectionOutcome, totalCount, unkept } from "../../request/outcomes.ts";
import { isInPart } from "../../request/retention.ts";
import type { SourceStep } from "../../request/steps.ts";
import { errAsync, okAsync, ResultAsync } from "../../result.ts";
import { identifiedSubject } from "../../subject/subject.ts";
import { canFind as canFindBy } from "../ask-who.ts";
import { Stopped } from "../guard.ts";
import { underNamesOnRecord } from "../named-collections.ts";
import { type Checked, check } from "./check.ts";
import { isByOldAddress, moreThanStayed } from "./come-since.ts";
import { callFor, type Effect, type Work } from "./effect.ts";

/** Whether what is left in a copy that was filled anew may be whoever's has an address of the person's by now. */
const mayBeOthers = (step: SourceStep, work: Work, { left, since }: Checked): boolean =>
  step.task === "refresh" && isByOldAddress(work) && left.length + since.length > 0;

/** What a source finds by the names that are certain; null where it finds nobody by these. */
const checkByCertain = (
  { source, subject, certain, call, ...work }: Work,
  outcomes: readonly CollectionOutcome[],
  step: SourceStep,
): ResultAsync<Checked | null, CallFailed> => {
  if (!canFindBy(source, certain)) return okAsync(null);
  const asked = {
    ...work,
    source,
    certain,
    subject: identifiedSubject(certain, subject.shared),
    call: askedBeside(call, "certain"),
  };
  return check(asked, outcomes, step);
};

/**
 * What is left in a copy right behind its filling, by what is certain: of anything else its last look says whether it stands
 * in its origins, when these have answered for themselves.
 */
export const leftRightBehind = (
  step: SourceStep,
  work: Work,
  outcomes: readonly CollectionOutcome[],
  checked: Checked,
): ResultAsync<readonly CollectionCount[], CallFailed> =>
  mayBeOthers(step, work, checked)
    ? checkByCertain(work, outcomes, step).map((theirs) => theirs?.left ?? [])
    : okAsync(checked.left);

/**
 * The last look at a copy. By an address that nobody vouches for any more it finds whoever has that by now, as its origins do:
 * only what these do not hold by the same names is left over. Where it finds people by nothing that is certain, nobody can say
 * whose the rest is.
 */
export const lookedAtCopy = (
  effect: Effect,
  step: SourceStep,
  work: Work,
  looked: Checked,
): ResultAsync<Checked, CallFailed> =>
  !mayBeOthers(step, work, looked)
    ? okAsync(looked)
    : checkByCertain(work, step.outcomes, step).andThen((theirs) => {
        if (theirs !== null && theirs.left.length + theirs.since.length > 0) return okAsync(theirs);
        return heldInOrigins(effect, step, work).map(({ held, isAll }): Checked => {
          const beyond = unkept(looked.remaining, standingInOrigins(held, looked.remaining));
          const left = beyond.filter((each) => isInPart(step, each));
          const since = beyond.filter((each) => !isInPart(step, each));
          const isLeft = totalCount(left) > 0;
          const problem = isAll
            ? new CallFailed(step.source, "still-present", true)
            : moreThanStayed(step, left);
          return {
            ...looked,
            ...{ left, since, problem: isLeft ? problem : null },
            checked: looked.checked && theirs !== null,
          };
        });
      });

interface Held {
  readonly held: readonly (readonly CollectionCount[])[];
  /** Whether every origin can say it, be it later. */
  readonly isAll: boolean;
}

/** What the origins of a copy hold right now, by the names by which the copy is looked at. */
const heldInOrigins = (effect: Effect, step: SourceStep, work: Work): ResultAsync<Held, CallFailed> =>
  ResultAsync.combine(
    step.after.flatMap((origin) => {
      const originStep = stepOf(effect.request, origin);
      return originStep === undefined ? [] : [heldIn(effect, originStep, step, work)];
    }),
  ).map((all) => ({
    held: all.map(({ counts }) => counts),
    isAll: all.every(({ canSay }) => canSay),
  }));

const heldIn = (
  effect: Effect,
  originStep: SourceStep,
  step: SourceStep,
  { subject, call: { pass } }: Work,
): ResultAsync<{ readonly counts: readonly CollectionCount[]; readonly canSay: boolean }, CallFailed> => {
  const { services, request } = effect;
  const { source: origin, generation } = originStep;
  const registered = services.sources.find(request.tenant, origin);
  const source = registered && underNamesOnRecord(registered, originStep);
  if (source?.remaining == null) return okAsync({ counts: [], canSay: false });
  const call = callFor(effect, origin, "verify", generation, "for", step.source, step.generation);
  return source
    .remaining(subject, { ...call, pass })
    .map((counts) => ({ counts, canSay: true }))
    .orElse((error) =>
      error instanceof Stopped ? errAsync(error) : okAsync({ counts: [], canSay: error.retryable }),
    );
};
