import { CallFailed } from "../../errors.ts";
import type { RequestEvent } from "../../request/events.ts";
import { isInPart } from "../../request/retention.ts";
import type { SourceStep } from "../../request/steps.ts";
import { configurationOf } from "./configuration.ts";
import { canFind, type Effect, failure, workFor } from "./effect.ts";

/**
 * Asks a source how much it holds of the person. That is for people to look at, and for a copy that need not be
 * refreshed: where it cannot be asked the work goes on without a count, and meets the same trouble there.
 */
export const locate = async (effect: Effect, step: SourceStep): Promise<RequestEvent> => {
  const work = workFor(effect, step, "locate", "ask");
  // Another process may know the source: who does counts.
  if (work.isErr()) return failure(effect, step, work.error);
  // An owner must not be asked for somebody whom they cannot find.
  if (step.task === "manual" && !canFind(work.value)) {
    return failure(effect, step, new CallFailed(step.source, "identifier-missing", false));
  }
  const isNowhere = work.value.call.collections?.length === 0;
  const counts =
    canFind(work.value) && !isNowhere
      ? await work.value.source.locate?.(work.value.subject, work.value.call)
      : undefined;
  // What was called off says nothing about the source; anything else is met again by the work itself.
  if (counts?.isErr() && counts.error.problem === "interrupted") return failure(effect, step, counts.error);
  return {
    type: "source-located",
    source: step.source,
    generation: step.generation,
    counts: counts?.isOk() ? counts.value.filter((each) => isInPart(step, each)) : null,
    configuration: configurationOf(work.value.source, step.title),
    foundBy: work.value.source.needs,
  };
};
