import { askedBeside, invalidAnswer, Refused } from "../../bridge/call.ts";
import { CallFailed, HeldInCopy } from "../../errors.ts";
import { instant, later } from "../../instant.ts";
import { stayingInCopy } from "../../request/copies.ts";
import type { RequestEvent } from "../../request/events.ts";
import { type ErasedBefore, foundIn, leftBefore } from "../../request/left-before.ts";
import {
  type CollectionCount,
  type CollectionOutcome,
  countIn,
  isGone,
  isStaying,
  leftOver,
  totalCount,
  untold,
} from "../../request/outcomes.ts";
import { mayHoldSince } from "../../request/retention.ts";
import { countedAs, outcomesSoFar, type SourceStep } from "../../request/steps.ts";
import { err, errAsync, ok, okAsync, orThrow, type Result, ResultAsync } from "../../result.ts";
import type { ApplyError } from "../apply.ts";
import { type CannotSay, mayFillAnew } from "../copy-guard.ts";
import { confirmedAt, earlierOfRequest, ownNumbers } from "../erased-before.ts";
import { Stopped } from "../guard.ts";
import { keysOf, missingAt } from "../named-collections.ts";
import { keepStatus, refreshSource } from "../source-status.ts";
import { suppressRequest } from "../suppressing.ts";
import { keepAddress } from "./addresses.ts";
import { outgrownBy } from "./approved.ts";
import { check } from "./check.ts";
import { isByOldAddress, noneCameSince, nothingFound } from "./come-since.ts";
import { byCertain, canFind, type Effect, failure, type Work, workFor } from "./effect.ts";
import { leftRightBehind } from "./looked-at-copy.ts";
import { noLongerTheirs } from "./no-longer-theirs.ts";

/**
 * Has a source erased in, refreshed, or its owner's word checked; and asks it afterwards. Null where a source
 * did so inside a transaction of the store, and the record of it is stored with it.
 *
 * @throws StorageFailed where it could not be kept that the person is not to be taken in again, or what the Data Sources
 *   page shows; KeyDestroyed
 */
export const erase = async (effect: Effect, step: SourceStep): Promise<RequestEvent | null> => {
  const work = workFor(effect, step, step.task, "erase");
  if (work.isErr()) return failure(effect, step, work.error);
  if (!canFind(work.value)) {
    return failure(effect, step, new CallFailed(step.source, "identifier-missing", false));
  }
  await keepAddress(effect);
  const { gone: notTheirs } = await noLongerTheirs(effect, work.value.known);
  const stopped = await work.value.call.pass?.();
  if (stopped) return failure(effect, step, stopped);
  // Before anything is erased: an import between here and the end must not bring the person back.
  orThrow(await suppressRequest(effect.services, effect.request, notTheirs));
  // Asked of the store before a transaction has it for itself.
  const { services, request } = effect;
  const earlier = await earlierOfRequest(services, request, step.source);
  const gone = missingAt(step, work.value.source);
  const isNothingLeft = gone.length > 0 && work.value.call.collections?.length === 0;
  if (isNothingLeft) return failure(effect, step, collectionMissing(step.source, gone));
  // What can be found is erased, and stays erased, where something else is missing.
  const together = gone.length > 0 ? null : await eraseTogether(effect, step, work.value, earlier);
  const outcome = together ?? (await eraseAndCheck(effect, step, work.value, earlier));
  if (outcome.isErr()) {
    const { error } = outcome;
    if (!("failed" in error)) throw error;
    // What was done in a transaction is undone with it.
    return failure(effect, step, error.failed, together === null ? error.outcomes : [], error.left);
  }
  effect.services.looked(step.source, effect.request.id, null);
  // A refresh has kept its own status; for an origin, this is what the Data Sources page shows of it.
  if (step.task !== "refresh")
    orThrow(await keepStatus(effect.services, work.value.call.tenant, step.source));
  return outcome.value;
};

/** A try that failed, and what the source had done by then; null where it may have done something and did not say what. */
interface FailedTry {
  readonly failed: CallFailed;
  readonly outcomes: readonly CollectionOutcome[] | null;
  /** What it was found to hold afterwards. */
  readonly left?: readonly CollectionCount[];
}

/** A source that answered no: it is to work on its own. */
const apart = "apart";

/**
 * Erases inside a transaction of the store and stores the record of it in the same: exactly once. Null where the
 * store has none, or the source cannot join it. Where it answers an error, nothing was erased.
 */
const eraseTogether = async (
  effect: Effect,
  step: SourceStep,
  work: Work,
  earlier: readonly ErasedBefore[],
): Promise<Result<null, ApplyError | FailedTry> | null> => {
  const { joins } = work.source;
  if (effect.recordTogether === null || joins === null || step.task !== "erase") return null;
  // What stops it is read inside the transaction, behind the work: until it is stored, it can be undone.
  const { pass: _, ...call } = work.call;
  const done = await effect.recordTogether<FailedTry | CannotSay | typeof apart>(
    "erase",
    async (transaction) =>
      joins(transaction)
        ? eraseAndCheck(effect, step, { ...work, call: { ...call, transaction } }, earlier)
        : err(apart),
  );
  if (done.isOk()) return ok(null);
  return done.error === apart ? null : err(done.error);
};

/** Erases what was approved, asks afterwards, and says what happened. */
const eraseAndCheck = (
  effect: Effect,
  step: SourceStep,
  work: Work,
  earlier: readonly ErasedBefore[],
): ResultAsync<RequestEvent, FailedTry | CannotSay> =>
  // What an owner was asked for was held against the plan then.
  (step.task === "manual" ? okAsync(null) : outgrownBy(effect, step, work))
    .andThen((outgrown) =>
      outgrown === null ? noneCameSince(effect, step, work).map(() => null) : okAsync(outgrown),
    )
    .mapErr((failed): FailedTry | CannotSay => ({ failed, outcomes: [] }))
    .andThen((outgrown) => (outgrown === null ? eraseNow(effect, step, work, earlier) : okAsync(outgrown)));

const eraseNow = (
  effect: Effect,
  step: SourceStep,
  work: Work,
  earlier: readonly ErasedBefore[],
): ResultAsync<RequestEvent, FailedTry | CannotSay> =>
  eraseIn(effect, step, work)
    .mapErr((error) => (error instanceof CallFailed ? { failed: error, outcomes: null } : error))
    .andThen((outcomes) =>
      isOver(effect, outcomes)
        ? errAsync({ failed: invalidAnswer(step.source, keptTooLong), outcomes: outcomes.filter(isGone) })
        : check(afterwards(work), outcomes, step)
            .andThen((looked) =>
              leftRightBehind(step, afterwards(work), outcomes, looked).map((behind) => ({
                ...looked,
                behind,
              })),
            )
            .mapErr((failed): FailedTry => ({ failed, outcomes: step.task === "erase" ? outcomes : null }))
            .andThen(({ checked, remaining, left, behind, problem }) => {
              const done = problem === null ? outcomes : borneOut(step, outcomes, remaining);
              const stays = (found: readonly CollectionCount[]) =>
                step.task === "refresh" ? stayingInCopy(originsOf(effect, step), found) : [];
              const staying = stays(left);
              const isRight = problem === null || leftOver(behind, stays(behind)) === 0;
              const unsaid = unsaidOf(step, [...outcomes, ...(step.located ?? []), ...remaining]);
              if (isRight && unsaid.length > 0) {
                const kept = step.outcomes.filter(
                  (each) => each.outcome === "retained" && unsaid.includes(each.collection),
                );
                return errAsync<RequestEvent, FailedTry>({
                  failed: collectionMissing(step.source, unsaid),
                  outcomes: [...done, ...kept],
                });
              }
              return isRight || mayHoldSince(effect.request, step)
                ? okAsync<RequestEvent, FailedTry>({
                    type: "source-finished",
                    source: step.source,
                    generation: step.generation,
                    outcomes: [...done, ...staying],
                    ...leftEarlier(effect, step, earlier, outcomes),
                    ...keysOf(step, work.source, outcomes),
                    found: remaining,
                    checked,
                    identifiersUsed: work.identifiers,
                    ...byCertain(work),
                  })
                : errAsync({ failed: problem, outcomes: done, left });
            }),
    );

/** Nothing says what became of something that was retained: neither that it is gone nor that it was ever there. */
const collectionMissing = (source: string, collections: readonly string[]): CallFailed =>
  new CallFailed(source, "collection-missing", false, undefined, collections);

/** The collections that the work is about, and of which nobody says anything, not even that nothing is there. */
const unsaidOf = (
  { task, part = [] }: SourceStep,
  said: readonly { readonly collection: string }[],
): string[] =>
  task === "erase" ? part.filter((name) => !said.some(({ collection }) => collection === name)) : [];

/** What earlier erasures left here, of which this one has said nothing by itself. */
const leftEarlier = (
  { services, request }: Effect,
  step: SourceStep,
  earlier: readonly ErasedBefore[],
  outcomes: readonly CollectionOutcome[],
) => {
  const keptEarlier = leftBefore(earlier, {
    names: request.pseudonyms,
    numbers: ownNumbers(request),
    confirmedAt: confirmedAt(request),
    found: foundIn([...step.outcomes, ...outcomes]),
    today: instant(services.clock.now()).slice(0, 10),
  });
  return earlier.length > 0 && { keptEarlier };
};

/** Those that a copy was just filled from. One that a person has closed gave no reason for what it still holds. */
const originsOf = ({ request }: Effect, { after }: SourceStep): SourceStep[] =>
  request.steps.filter(({ source, settlement }) => after.includes(source) && settlement === null);

/** Who says that more was erased than is missing now is not believed. */
const borneOut = (
  step: SourceStep,
  outcomes: readonly CollectionOutcome[],
  remaining: readonly CollectionCount[],
): CollectionOutcome[] =>
  outcomes.map((each) => {
    const { collection } = each;
    const counted = step.located?.find((one) => one.collection === collection);
    if (each.outcome !== "erased" || counted === undefined) return each;
    const left = totalCount(remaining.filter((one) => one.collection === collection));
    const missing = Math.max(0, untold(counted, step.goneBefore ?? [], outcomesSoFar(step)) - left);
    return missing === 0
      ? { collection, outcome: "absent" }
      : { ...each, count: Math.min(each.count, missing) };
  });

/**
 * Looking is another effect than erasing, and has a key of its own. Nothing stops it: what was erased has to go into the
 * record.
 */
const afterwards = ({ call: { pass: _, ...call }, ...work }: Work): Work => ({
  ...work,
  call: askedBeside(call, "check"),
});

const keptTooLong = new Refused("something is retained until a day that is over");

const oneDay = 24 * 3_600 * 1_000;

/** A duty to keep something that has ended keeps nothing. A day is allowed for, because days have time zones. */
const isOver = ({ services }: Effect, outcomes: readonly CollectionOutcome[]): boolean => {
  const yesterday = later(instant(services.clock.now()), -oneDay).slice(0, 10);
  return outcomes.some((each) => each.outcome === "retained" && each.until < yesterday);
};

const eraseIn = (
  effect: Effect,
  step: SourceStep,
  work: Work,
): ResultAsync<readonly CollectionOutcome[], CallFailed | CannotSay> => {
  const { source, subject, call } = work;
  switch (step.task) {
    case "erase":
      // Nobody is erased by an address that may be somebody else's by now.
      if (isByOldAddress(work))
        return effect.request.reopened > 0 ? nothingFound(step, work) : okAsync(leftAsItIs(step));
      return source.erase?.(subject, call) ?? unsupported(step);
    case "refresh":
      return refresh(effect, step, work).map(() => countedAs(step, "erased"));
    case "manual":
      return okAsync(countedAs(step, step.manual?.answer === "not-there" ? "absent" : "erased"));
    default:
      return unsupported(step);
  }
};

/** What stops the request is asked last, together with what stops the copy. */
const refresh = (
  { services }: Effect,
  { source: id, generation }: SourceStep,
  { source, call: { pass, ...call } }: Work,
): ResultAsync<void, CallFailed | CannotSay> => {
  const passed = async (): Promise<Result<void, CallFailed>> => {
    const stopped = await pass?.();
    return stopped ? err(stopped) : ok(undefined);
  };
  const guard = async (): Promise<Result<void, CallFailed | CannotSay>> =>
    (await mayFillAnew(services, call.tenant, source, passed)).mapErr((error) =>
      error instanceof HeldInCopy
        ? new Stopped(id, { type: "copy-held", source: id, generation, by: error.hold })
        : error,
    );
  return refreshSource(services, source, call, () => new ResultAsync(guard()));
};

const unsupported = (step: SourceStep) => errAsync(new CallFailed(step.source, "not-supported", false));

/** What stays, where nothing is done: nothing was counted but what was said to stay. */
const leftAsItIs = ({ located, outcomes }: SourceStep): CollectionOutcome[] => {
  const staying = outcomes.filter(isStaying);
  const names = [...(located ?? []), ...staying].map(({ collection }) => collection);
  return [...new Set(names)].flatMap((collection): CollectionOutcome[] => {
    const isThere = located === null || countIn(located, collection) > 0;
    const left = staying.filter((each) => isThere && each.collection === collection);
    return left.length > 0 ? left : [{ collection, outcome: "absent" }];
  });
};
