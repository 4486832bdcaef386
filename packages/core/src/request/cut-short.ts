import { isGone, totalCount } from "./outcomes.ts";
import { isCalledOff } from "./phases.ts";
import type { Request } from "./request.ts";
import { isClosedUnsaid, isPerformed, isUnsaid, ownersWord, type SourceStep } from "./steps.ts";
import { taskOut } from "./tasks.ts";

/**
 * How far a source had not come when the request was ended.
 * - `not-done`: its part was not begun, or not all of it was done.
 * - `unknown`: it was at work, or has not answered, or its owner has not: nobody knows whether something was erased there.
 */
export type CutShort = "not-done" | "unknown";

/** How many records are gone at a source, as far as anybody has counted them. */
const goneAt = ({ outcomes }: SourceStep): number => totalCount(outcomes.filter(isGone));

/**
 * How much is gone at a source, to be compared with another time. Where nobody can count there it is as much as the owner's word
 * for it; of a copy that was filled anew, as much as is gone from its origins.
 */
export const erasedAt = (steps: readonly SourceStep[], step: SourceStep): number => {
  const isUncounted =
    step.located === null && step.settlement === null && step.onlyAsked !== true && isDone(step);
  const byWord = step.located === null && ownersWord(step) === "done" ? 1 : 0;
  const origins = steps.filter(({ source }) => step.after.includes(source));
  return (
    goneAt(step) + byWord + (isUncounted && step.task === "refresh" ? totalCount(origins.map(countGone)) : 0)
  );
};

const countGone = (step: SourceStep) => ({ count: goneAt(step) });

/** Whether its work is done, whoever is to be asked once more before the next. */
const isDone = (step: SourceStep): boolean => {
  const { stage, askedAgain, manual } = step;
  const isOnceMore = stage === "identify" && (askedAgain?.stage === "verify" || askedAgain?.stage === "done");
  return isPerformed(step) || isOnceMore || manual?.answer === "done" || manual?.answer === "not-there";
};

/** Null where its part was done, or closed by hand while it was not at work. */
const cutShortAt = (request: Request, step: SourceStep): CutShort | null => {
  if (isClosedUnsaid(step)) return "unknown";
  if (isDone(step)) return null;
  return isUnsaid(step) || taskOut(request, step) !== undefined ? "unknown" : "not-done";
};

/** The same of an erasure that was declined or called off, or of which a person closed the source; else null. */
export const cutShort = (request: Request, step: SourceStep): CutShort | null =>
  request.kind === "erasure" && (isCalledOff(request.outcome) || isClosedUnsaid(step))
    ? cutShortAt(request, step)
    : null;

/** Whether an erasure has erased something, or may have, when it is ended: then it is told what, whatever ended it. */
export const mayHaveErased = (request: Request): boolean =>
  request.kind === "erasure" &&
  request.steps.some((step) => erasedAt(request.steps, step) > 0 || cutShortAt(request, step) === "unknown");
