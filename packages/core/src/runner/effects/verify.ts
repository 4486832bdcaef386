import type { RequestEvent } from "../../request/events.ts";
import type { SourceStep } from "../../request/steps.ts";
import { check } from "./check.ts";
import { type Effect, failure, workFor } from "./effect.ts";

/** Asks a source once more, when every source has done its work: something may have flowed back meanwhile. */
export const verify = async (effect: Effect, step: SourceStep): Promise<RequestEvent> => {
  const work = workFor(effect, step, "verify");
  if (work.isErr()) return failure(effect, step, work.error);
  const checked = await check(work.value, step.outcomes);
  return checked.isErr()
    ? failure(effect, step, checked.error)
    : { type: "source-verified", source: step.source, generation: step.generation, checked: checked.value };
};
