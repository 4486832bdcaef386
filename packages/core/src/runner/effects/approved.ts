import { askedBeside } from "../../bridge/call.ts";
import type { CallFailed } from "../../errors.ts";
import type { RequestEvent } from "../../request/events.ts";
import { isMoreThanCounted } from "../../request/plan.ts";
import { isInPart } from "../../request/retention.ts";
import type { SourceStep } from "../../request/steps.ts";
import { okAsync, type ResultAsync } from "../../result.ts";
import { configurationOf } from "./configuration.ts";
import { canFind, type Effect, type Work } from "./effect.ts";

/**
 * Holds what was approved against what would be done now, right before it is done: after an outage, a hold or any other
 * wait the source may be another, or hold more. Null where nothing would be done that was not approved.
 */
export const outgrownBy = (
  { request }: Pick<Effect, "request">,
  step: SourceStep,
  work: Work,
): ResultAsync<RequestEvent | null, CallFailed> => {
  if (request.approval?.state !== "approved") return okAsync(null);
  const outgrown = { type: "plan-outgrown", source: step.source, generation: step.generation } as const;
  const { source, subject, call } = work;
  if (configurationOf(source, step.title) !== step.configuration) return okAsync(outgrown);
  // A refresh does with a copy what was done with its origins. Of what nobody could count, nobody approved a number.
  if (source.locate === null || step.located === null || step.task === "refresh" || !canFind(work)) {
    return okAsync(null);
  }
  return source.locate(subject, askedBeside(call, "count")).map((now) => {
    const counted = now.filter((each) => isInPart(step, each));
    return isMoreThanCounted(step, counted) ? outgrown : null;
  });
};
