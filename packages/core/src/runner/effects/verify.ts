import { CallFailed } from "../../errors.ts";
import { confidentialOf } from "../../request/change.ts";
import type { RequestEvent } from "../../request/events.ts";
import { mayHoldSince } from "../../request/retention.ts";
import type { SourceStep } from "../../request/steps.ts";
import { includesIdentifier } from "../../subject/identifier.ts";
import { check } from "./check.ts";
import { canFind, type Effect, failure, workFor } from "./effect.ts";
import { identify } from "./identify.ts";

/** Asks a source once more, when every source has done its work: something may have flowed back meanwhile. */
export const verify = async (effect: Effect, step: SourceStep): Promise<RequestEvent> => {
  const work = workFor(effect, step, "verify", "ask");
  if (work.isErr()) return failure(effect, step, work.error);
  // A source that cannot find the person would hold nothing of anybody.
  if (!canFind(work.value)) {
    return failure(effect, step, new CallFailed(step.source, "identifier-missing", false));
  }
  const looked = await check(work.value, step.outcomes, step);
  if (looked.isErr()) return failure(effect, step, looked.error);
  const { checked, remaining, left, since, problem } = looked.value;
  const verified = {
    type: "source-verified",
    source: step.source,
    generation: step.generation,
    checked,
    found: remaining,
  } as const;
  if (problem === null) return since.length === 0 ? verified : { ...verified, left: since };
  // Still listed, and by another name than the sources were asked for: all of them are asked again.
  if (step.task === "identify") {
    const known = confidentialOf(effect.request).identifiers;
    const named = await identify(effect, step);
    const isNew =
      named.type === "source-identified" &&
      named.found.some(({ identifier }) => !includesIdentifier(known, identifier));
    if (isNew) return named;
  }
  return mayHoldSince(effect.request, step)
    ? { ...verified, left: [...left, ...since] }
    : failure(effect, step, problem, [], left);
};
