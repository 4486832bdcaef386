import { type Change, changedNotice, changedStep, noticeDue } from "../../request/change.ts";
import { supportNotice } from "../../request/notices.ts";
import type { Problem } from "../../request/problems.ts";
import type { SourceStep } from "../../request/steps.ts";

/** Makes it due that the support contact is told of a source, unless it was told of this already. */
export const alertedOnce = (change: Change, step: SourceStep, problem: Problem): Change =>
  step.alertedOf === problem.code
    ? change
    : changedStep(supportTold(change, step, problem), step.source, { alertedOf: problem.code });

/** Makes it due that the support contact is told of a source. */
export const supportTold = (change: Change, step: SourceStep, problem: Problem): Change => {
  const alerts = step.alerts + 1;
  const counted = changedStep(change, step.source, { alerts });
  return noticeDue(counted, supportNotice(step.source, alerts), "support", step.source, problem);
};

/** The same where a letter waits for the source. That is told also once the request is over. */
export const toldOfLetter = (change: Change, step: SourceStep, problem: Problem): Change =>
  changedNotice(supportTold(change, step, problem), supportNotice(step.source, step.alerts + 1), {
    forLetter: true,
  });
