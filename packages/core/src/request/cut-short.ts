import { isGone, totalCount } from "./outcomes.ts";
import type { Request } from "./request.ts";
import { isPerformed, type SourceStep } from "./steps.ts";
import { taskOut } from "./tasks.ts";

/**
 * How far a source had not come when the request was ended.
 * - `not-done`: its part was not begun, or not all of it was done.
 * - `unknown`: it was at work, or has not answered, or its owner has not: nobody knows whether something was erased there.
 */
export type CutShort = "not-done" | "unknown";

/** How many records are gone at a source, as far as anybody has said it. */
export const goneAt = ({ outcomes }: SourceStep): number => totalCount(outcomes.filter(isGone));

/** Whether its work is done, whoever is to be asked once more before the next. */
const isDone = (step: SourceStep): boolean => {
  const { stage, askedAgain, manual } = step;
  const isOnceMore = stage === "identify" && (askedAgain?.stage === "verify" || askedAgain?.stage === "done");
  return isPerformed(step) || isOnceMore || manual?.answer === "done" || manual?.answer === "not-there";
};

/** Null where its part was done, or closed by hand. */
const cutShortAt = (request: Request, step: SourceStep): CutShort | null => {
  if (isDone(step)) return null;
  const isUnsaid =
    step.unanswered === true || step.problem?.code === "interrupted" || taskOut(request, step) !== undefined;
  return isUnsaid ? "unknown" : "not-done";
};

/** The same of an erasure that was declined or called off; null of every other request. */
export const cutShort = (request: Request, step: SourceStep): CutShort | null =>
  request.kind === "erasure" && (request.outcome === "declined" || request.outcome === "cancelled")
    ? cutShortAt(request, step)
    : null;

/** Whether an erasure has erased something, or may have, when it is ended: then it is told what, whatever ended it. */
export const mayHaveErased = (request: Request): boolean =>
  request.kind === "erasure" &&
  request.steps.some((step) => goneAt(step) > 0 || cutShortAt(request, step) === "unknown");
