import { CallFailed } from "../../errors.ts";
import { confidentialOf } from "../../request/change.ts";
import type { RequestEvent } from "../../request/events.ts";
import { totalCount } from "../../request/outcomes.ts";
import { isInPart, mayHoldSince } from "../../request/retention.ts";
import type { SourceStep } from "../../request/steps.ts";
import { isTooLate } from "../../request/too-late.ts";
import { includesIdentifier, isSteady } from "../../subject/identifier.ts";
import { check } from "./check.ts";
import { cameUnderAddresses, isByOldAddress, moreThanStayed } from "./come-since.ts";
import { canFind, type Effect, failure, workFor } from "./effect.ts";
import { identify } from "./identify.ts";
import { lookedAtCopy } from "./looked-at-copy.ts";
import { namesLast } from "./only-just.ts";

/** Asks a source once more, when every source has done its work: something may have flowed back meanwhile. */
export const verify = async (effect: Effect, step: SourceStep): Promise<RequestEvent> => {
  const work = workFor(effect, step, "verify", "ask");
  if (work.isErr()) return failure(effect, step, work.error);
  // A source that cannot find the person would hold nothing of anybody.
  if (!canFind(work.value)) {
    return failure(effect, step, new CallFailed(step.source, "identifier-missing", false));
  }
  const looked = await check(work.value, step.outcomes, step).andThen((checked) =>
    lookedAtCopy(effect, step, work.value, checked),
  );
  if (looked.isErr()) return failure(effect, step, looked.error);
  const { checked, remaining, left, since, problem } = looked.value;
  // A number stays, whatever else the person is called by now.
  const isByNumber = work.value.source.needs.some(
    (type) => isSteady({ type }) && work.value.subject.values(type).length > 0,
  );
  const isLate = !isByNumber && totalCount(remaining) === 0 && isTooLate(step, namesLast(effect.services));
  const verified = {
    type: "source-verified",
    source: step.source,
    generation: step.generation,
    checked: checked && !isLate,
    ...(isLate && { isTooLate: true as const }),
    found: remaining,
  } as const;
  if (problem === null) {
    const more = await cameUnderAddresses(step, work.value);
    if (more.isErr()) return failure(effect, step, more.error);
    const ofThePart = more.value.filter((each) => isInPart(step, each));
    if (ofThePart.length > 0 && !mayHoldSince(effect.request, step))
      return failure(effect, step, moreThanStayed(step, ofThePart));
    const leftToo = [...since, ...more.value];
    return leftToo.length === 0 ? verified : { ...verified, left: leftToo };
  }
  // Still listed, and by another name than the sources were asked for: all of them are asked again.
  if (step.task === "identify") {
    const known = confidentialOf(effect.request).identifiers;
    const named = await identify(effect, step);
    const isNew =
      named.type === "source-identified" &&
      named.found.some(({ identifier }) => !includesIdentifier(known, identifier));
    if (isNew) return named;
  }
  if (mayHoldSince(effect.request, step)) return { ...verified, left: [...left, ...since] };
  return isByOldAddress(work.value) && step.task !== "refresh"
    ? failure(effect, step, moreThanStayed(step, left))
    : failure(effect, step, problem, [], left);
};
