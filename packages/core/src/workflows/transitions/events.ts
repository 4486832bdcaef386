import { NotPossibleNow } from "../../errors.ts";
import { type Change, stepOf } from "../../request/change.ts";
import type { Happening, RequestEventType } from "../../request/events.ts";
import type { SourceStep } from "../../request/steps.ts";
import { err, ok, type Result } from "../../result.ts";

/** The event of one type. */
export type EventOf<Type extends RequestEventType> = Extract<Happening, { type: Type }>;

/** The step that an answer belongs to; refused where that piece of work is over or has begun anew. */
export const stepFor = (
  change: Change,
  event: { readonly source: string; readonly generation: number },
): Result<SourceStep, NotPossibleNow> => {
  const step = stepOf(change.request, event.source);
  return step !== undefined && step.generation === event.generation && step.settlement === null
    ? ok(step)
    : err(new NotPossibleNow(`The work at source "${event.source}" was overtaken.`));
};
