import { NotPossibleNow } from "../../errors.ts";
import { type Change, stepOf } from "../../request/change.ts";
import type { Happening, RequestEventType } from "../../request/events.ts";
import type { SourceStep, StepStage } from "../../request/steps.ts";
import { err, ok, type Result } from "../../result.ts";

/** The event of one type. */
export type EventOf<Type extends RequestEventType> = Extract<Happening, { type: Type }>;

/**
 * The step that an answer belongs to; refused where that piece of work is over or has begun anew, as for the
 * answer that another process got long ago.
 */
export const stepFor = (
  change: Change,
  { source, generation }: { readonly source: string; readonly generation: number },
  stage: StepStage,
): Result<SourceStep, NotPossibleNow> => {
  const step = stepOf(change.request, source);
  return step?.generation === generation && step.stage === stage && step.settlement === null
    ? ok(step)
    : err(new NotPossibleNow(`The work at source "${source}" was overtaken.`));
};
