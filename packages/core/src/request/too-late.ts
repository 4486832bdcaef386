import type { Instant } from "../instant.ts";
import { goneCounts, totalCount } from "./outcomes.ts";
import type { Request } from "./request.ts";
import { isPerformed, type SourceStep } from "./steps.ts";

/** Whether a source has said anything of the person under this request. */
const hasAnswered = (step: SourceStep): boolean =>
  step.lastAsked !== undefined || step.located !== null || isPerformed(step);

/** What of a step changes once another one, which told who the person is, is erased. Null: nothing. */
export const toldBeforeBy = (
  { kind, reopened }: Request,
  erased: Pick<SourceStep, "source" | "canIdentify" | "lastAsked" | "outcomes">,
  step: SourceStep,
): Pick<SourceStep, "toldBefore"> | null => {
  const { source, canIdentify, lastAsked, outcomes } = erased;
  const isTeller = kind === "erasure" && reopened === 0 && canIdentify && goneCounts(outcomes).length > 0;
  return isTeller &&
    lastAsked !== undefined &&
    step.source !== source &&
    step.toldBefore === undefined &&
    !hasAnswered(step)
    ? { toldBefore: { at: lastAsked.at } }
    : null;
};

/** What changes with any answer of a source. */
export const heard = ({ toldBefore }: SourceStep, at: Instant): Pick<SourceStep, "toldBefore"> =>
  toldBefore === undefined || toldBefore.heardAt !== undefined
    ? {}
    : { toldBefore: { ...toldBefore, heardAt: at } };

/**
 * Whether a source that has found nothing may have been asked by names that the person did not have any more, and whoever
 * could have told another one was erased by then: that it holds nothing is then not certain.
 *
 * @param lasts for how many milliseconds what was said of the person is of right now
 */
export const isTooLate = (step: SourceStep, lasts: number): boolean => {
  const { toldBefore, outcomes, located, task } = step;
  const isNothing = outcomes.every(({ outcome }) => outcome === "absent") && totalCount(located ?? []) === 0;
  return (
    // A copy holds what its origins held, by the names that they told.
    task !== "refresh" &&
    toldBefore?.heardAt !== undefined &&
    Math.abs(Date.parse(toldBefore.heardAt) - Date.parse(toldBefore.at)) > lasts &&
    isNothing
  );
};
