import { CallFailed } from "../../errors.ts";
import { isStaying, totalCount } from "../../request/outcomes.ts";
import { isInPart } from "../../request/retention.ts";
import type { SourceStep } from "../../request/steps.ts";
import { errAsync, okAsync, type ResultAsync } from "../../result.ts";
import { isSteady } from "../../subject/identifier.ts";
import type { Effect, Work } from "./effect.ts";

/**
 * Holds what was retained against what is there, right before it is erased because its day is over: whoever has the
 * address by then may be somebody else, and whoever has become a customer again has not asked for that to be erased. A
 * source that finds the person by a number looks for itself whose a row is. One that goes by addresses alone cannot: where
 * it holds more than was left there, nobody knows which of it that was, and a person has to look.
 */
export const noneCameSince = (
  { request }: Pick<Effect, "request">,
  step: SourceStep,
  { source, subject, call }: Work,
): ResultAsync<void, CallFailed> => {
  const goesByNumber = subject.identifiers.some((each) => isSteady(each) && source.needs.includes(each.type));
  if (step.part === undefined || step.task !== "erase" || goesByNumber) return okAsync(undefined);
  const count = source.locate ?? source.remaining;
  if (count === null) return okAsync(undefined);
  const before = request.closedBefore?.steps.find((each) => each.source === step.source) ?? step;
  return count(subject, { ...call, idempotencyKey: `${call.idempotencyKey}/since` }).andThen((found) => {
    const now = found.filter(({ becomes = "erased" }) => becomes === "erased" || becomes === "anonymised");
    const names = [...new Set(now.map(({ collection }) => collection))];
    const more = names.filter((name) => {
      const isMeant = (each: { readonly collection: string }) => each.collection === name;
      const left = totalCount(before.outcomes.filter(isStaying).filter(isMeant));
      return isInPart(step, { collection: name }) && totalCount(now.filter(isMeant)) > left;
    });
    return more.length === 0
      ? okAsync<void, CallFailed>(undefined)
      : errAsync<void, CallFailed>(new CallFailed(step.source, "more-than-retained", false, undefined, more));
  });
};
