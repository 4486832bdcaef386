import type { Instant } from "../../instant.ts";
import { type Change, changedSteps, namesOf } from "../../request/change.ts";
import type { Request } from "../../request/request.ts";
import {
  type AskedAgain,
  collectedBy,
  isPerformed,
  isRead,
  isResolved,
  type SourceStep,
} from "../../request/steps.ts";
import { stageAfterIdentifying } from "../workflow.ts";

/** The step's work from this stage on, as a new piece of work. */
export const begunAgain = (step: SourceStep, stage: SourceStep["stage"]): Partial<SourceStep> => ({
  stage,
  status: stage === "done" ? "succeeded" : "pending",
  generation: step.generation + 1,
  nextAttemptAt: null,
  checked: null,
  collected: [],
  // Another request may erase it before it is collected anew.
  ...(step.collected.length > 0 && {
    collectedBefore: [
      ...(step.collectedBefore ?? []),
      ...collectedBy(step).map((each) => (isRead(step) ? each : { ...each, partial: true as const })),
    ],
  }),
  problem: null,
  triedAgain: false,
  wasThere: false,
  manual: null,
  askedAgain: null,
  unsaid: null,
});

/** The source has said who the person is once more: the work goes on where it was, or is begun anew under more names. */
const goneOn = (step: SourceStep, again: AskedAgain, known: number, at: Instant): Partial<SourceStep> => {
  const { stage, status, attempts, problem, names } = again;
  return names === known
    ? {
        ...{ stage, status, attempts, problem, askedAgain: null },
        // It was asked because its next try was due.
        nextAttemptAt: status === "warning" ? at : null,
      }
    : { ...begunAgain(step, stageAfterIdentifying(step)), attempts: 0 };
};

/**
 * Where work that was done is to be done anew. Where nobody says how much is gone, it is what was counted before, and
 * what has come since is counted too.
 */
export const stageAnew = ({ task, onlyAsked = false }: SourceStep): SourceStep["stage"] => {
  if (onlyAsked) return "verify";
  return task === "refresh" || task === "manual" ? "locate" : "perform";
};

/**
 * Everybody is asked again when somebody knows the person by another name, and work that was done with fewer
 * names is done again.
 */
export const workReopened = (change: Change): Change => {
  const known = namesOf(change.request);
  return changedSteps(change, (step) => {
    if (step.settlement !== null) return null;
    const outdated =
      isResolved(step) || step.stage === "verify" || step.problem?.code === "identifier-missing";
    if (step.canIdentify && step.identifiersAsked < known) {
      return step.stage === "identify" ? null : begunAgain(step, "identify");
    }
    if (step.stage === "identify" && step.askedAgain != null)
      return goneOn(step, step.askedAgain, known, change.at);
    const next = stageAfterIdentifying(step);
    if (step.stage === "identify") return { stage: next, status: next === "done" ? "succeeded" : "pending" };
    return outdated && next !== "done" && step.identifiersUsed < known ? begunAgain(step, next) : null;
  });
};

/**
 * A last look holds for as long as nobody works after it: what is erased in one source may fill another, as where two keep
 * each other up to date. Once somebody is worked on again, all the others are asked once more behind it, and an answer that
 * is still under way counts for nothing. So does one from before everybody was done.
 */
export const looksVoided = (before: Request, change: Change): Change => {
  if (before.kind !== "erasure" || before.phase !== "copies" || change.request.phase === "closed")
    return change;
  const wereDone = before.steps.every(isPerformed);
  const areDone = change.request.steps.every(isPerformed);
  return wereDone === areDone ? change : lookedAtAgain(change, ({ stage }) => wereDone || stage === "done");
};

/** Has those of them asked once more what is left, whatever they answered before. */
export const lookedAtAgain = (change: Change, isMeant: (step: SourceStep) => boolean): Change =>
  changedSteps(change, (step) =>
    step.settlement === null && isPerformed(step) && stageAfterIdentifying(step) !== "done" && isMeant(step)
      ? { stage: "verify", generation: step.generation + 1, checked: null }
      : null,
  );
