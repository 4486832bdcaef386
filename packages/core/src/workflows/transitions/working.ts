import { NotPossibleNow } from "../../errors.ts";
import {
  after,
  type Change,
  changedConfidential,
  changedStep,
  changedSteps,
  confidentialOf,
  namesOf,
  recorded,
  stepOf,
  without,
} from "../../request/change.ts";
import { datedAll } from "../../request/left-before.ts";
import { isDown, mustBeTold } from "../../request/outage.ts";
import {
  type CollectionCount,
  type CollectionOutcome,
  countIn,
  goneCounts,
  goneIn,
  isGone,
  isKept,
  keptAsCounted,
  mergeOutcomes,
  totalCount,
  untold,
} from "../../request/outcomes.ts";
import { columnsKey } from "../../request/request.ts";
import { isInPart, keptCollections } from "../../request/retention.ts";
import { addedUp, keptFound } from "../../request/rounds.ts";
import { backoff, type Rules, spread } from "../../request/rules.ts";
import { isPerformed, outcomesSoFar, type SourceStep } from "../../request/steps.ts";
import { heard, toldBeforeBy } from "../../request/too-late.ts";
import { err, ok, type Result } from "../../result.ts";
import { workflowOf } from "../workflows.ts";
import { alertedOnce, supportTold } from "./alerting.ts";
import { toldAgain } from "./ending.ts";
import { type EventOf, stepFor } from "./events.ts";
import { isOutageKnown, nextTry, outageMet, outageOver, outageTried, toldNow } from "./outages.ts";
import { begunAgain, lookedAtAgain, stageAnew, workReopened } from "./reopening.ts";

type Transition = Result<Change, NotPossibleNow>;

export const located = (change: Change, event: EventOf<"source-located">): Transition =>
  stepFor(change, event, "locate").map((step) => {
    // Counted anew before anybody said what an earlier try did: what it erased is what is not there any more.
    // Where nobody can count, what stays in a copy is all that is known of it until its next look.
    const before = event.counts === null ? step.outcomes : outcomesSoFar(step);
    const told = step.unanswered === true ? withMissing(step, before, event.counts ?? []) : before;
    const counted = changedStep(change, step.source, {
      located: event.counts,
      ...(event.foundBy !== undefined && { foundBy: event.foundBy }),
      outcomes: told,
      goneBefore: goneCounts(told),
      unanswered: false,
      ...(event.counts !== null && heard(step, change.now)),
      configuration: event.configuration,
      stage: "perform",
      status: "pending",
    });
    const noted = recorded(
      counted,
      "located",
      { records: event.counts === null ? null : totalCount(event.counts) },
      step.source,
    );
    const nothingThere = event.counts !== null && totalCount(event.counts) === 0;
    // Nothing to refresh away, and nobody to trouble: the last check looks once more. Where that has found something
    // after all, the count does not see what it sees.
    if (nothingThere && step.problem === null && (step.task === "refresh" || step.task === "manual")) {
      return changedStep(noted, step.source, {
        stage: "verify",
        status: "succeeded",
        saidAt: step.saidAt ?? change.now,
        outcomes: mergeOutcomes(
          told,
          (event.counts ?? []).map(({ collection }) => ({ collection, outcome: "absent" })),
        ),
        identifiersUsed: namesOf(change.request),
      });
    }
    return noted;
  });

export const started = (change: Change, event: EventOf<"source-started">): Transition =>
  stepFor(change, event, "perform").map((step) =>
    changedStep(change, step.source, {
      status: "running",
      nextAttemptAt: null,
      // It was begun before, and nobody stored how that ended.
      ...(step.status === "running" && { unanswered: true }),
    }),
  );

export const collected = (change: Change, event: EventOf<"source-collected">): Transition =>
  stepFor(change, event, "perform").map((step) =>
    changedConfidential(changedStep(change, step.source, { collected: event.collected }), {
      cursors: withCursor(change, step.source, event.cursor),
      columns: {
        ...confidentialOf(change.request).columns,
        [columnsKey(step.source, step.generation)]: event.columns,
      },
    }),
  );

const withCursor = (change: Change, source: string, cursor: string | null) => {
  const { cursors } = confidentialOf(change.request);
  return cursor === null ? without(cursors, source) : { ...cursors, [source]: cursor };
};

/** The step of an erasure that somebody has closed by hand while its source was at work. */
const closedAtWork = (
  { request }: Change,
  { source, generation }: { readonly source: string; readonly generation: number },
): SourceStep | undefined => {
  const step = stepOf(request, source);
  const isSame = step?.generation === generation && step.stage === "perform" && step.settlement !== null;
  return isSame && request.kind === "erasure" ? step : undefined;
};

/** What such a source has erased is gone all the same: that is told, and it stays closed by hand. */
const doneThoughClosed = (
  change: Change,
  step: SourceStep,
  outcomes: readonly CollectionOutcome[],
): Change => {
  const done = changedStep(change, step.source, {
    outcomes,
    saidAt: change.now,
    unanswered: false,
    problem: null,
    // The same answer is not taken twice.
    generation: step.generation + 1,
  });
  const noted = recorded(done, "succeeded", erasedCounts(outcomes), step.source);
  return change.request.phase === "closed" && outcomes.some(isGone) ? toldAgain(noted) : noted;
};

const erasedCounts = (outcomes: readonly CollectionOutcome[]) => {
  const counted = (outcome: string) =>
    outcomes.reduce((sum, each) => (each.outcome === outcome && "count" in each ? sum + each.count : sum), 0);
  return {
    erased: counted("erased"),
    anonymised: counted("anonymised"),
    retained: counted("retained"),
    ...(counted("kept") > 0 && { kept: counted("kept") }),
  };
};

const movedOn = () => err(new NotPossibleNow("The request has moved on."));

const isOver = ({ request: { phase } }: Change): boolean => phase === "verified" || phase === "closed";

export const finished = (change: Change, event: EventOf<"source-finished">): Transition => {
  const step = closedAtWork(change, event);
  if (step !== undefined) return ok(doneThoughClosed(change, step, outcomesNow(step, event)));
  return isOver(change) ? movedOn() : finishedInTime(change, event);
};

const finishedInTime = (change: Change, event: EventOf<"source-finished">): Transition =>
  stepFor(change, event, "perform").map((step) => {
    const outcomes = outcomesNow(step, event);
    const stage = workflowOf(change.request.kind).stageAfterPerforming;
    const done = changedStep(change, step.source, {
      stage,
      ...working,
      ...(step.saidOtherwise != null && { saidOtherwise: null }),
      // Erased once more; whether it stays so is for the last check to say.
      alertedOf: stage !== "done" && step.alertedOf === "still-present" ? step.alertedOf : null,
      ...(step.triedAgain === true && { triedAgain: false }),
      ...(step.wasThere === true && { wasThere: stage !== "done" }),
      outcomes,
      saidAt: change.now,
      ...((event.byCertain ?? step.byCertain) !== undefined && { byCertain: event.byCertain === true }),
      ...heard(step, change.now),
      ...((event.keptEarlier ?? step.keptEarlier) !== undefined && { keptEarlier: event.keptEarlier ?? [] }),
      ...(event.keys !== undefined && { keys: event.keys }),
      keptFound: keptFound(
        step,
        outcomes,
        event.found ?? [],
        event.outcomes.map(({ collection }) => collection),
      ),
      unanswered: false,
      checked: event.checked,
      left: [],
      identifiersUsed: event.identifiersUsed,
      ...(event.collected !== undefined && { collected: event.collected, collectedBefore: [] }),
    });
    const cleared = changedConfidential(outageOver(withToldBefore(done, step.source), step), {
      cursors: withCursor(change, step.source, null),
    });
    const detail =
      step.task === "export"
        ? { rows: (event.collected ?? step.collected).reduce((sum, { rows }) => sum + rows, 0) }
        : erasedCounts(outcomes);
    return workReopened(recorded(cleared, "succeeded", detail, step.source));
  });

/** Whoever has not answered yet is asked by what was told until now. */
const withToldBefore = (change: Change, source: string): Change => {
  const erased = stepOf(change.request, source);
  return erased === undefined
    ? change
    : changedSteps(change, (step) => toldBeforeBy(change.request, erased, step));
};

/** Over all rounds. What an export leaves is what the newest answer says: nothing was done to it. */
const outcomesNow = (step: SourceStep, event: EventOf<"source-finished">): readonly CollectionOutcome[] => {
  if (step.task === "export") return event.outcomes;
  const soFar = outcomesSoFar(step);
  const before = [...soFar, ...keptAsCounted(step.located, [...soFar, ...event.outcomes])];
  const merged = withUntold(step, event, mergeOutcomes(before, event.outcomes));
  return addedUp(step, before, event.outcomes, merged);
};

/**
 * What the source does not tell of, though it was counted before, and was asked afterwards and holds nothing more: it is
 * gone, and nobody learns what became of it but that it was to be erased, or to be made anonymous, in which case nobody has
 * compared anything. A try never answered, or an answer forgot it. A source may count under other names than it erases under:
 * what an answer names nothing of is told where it tells of nothing at all. Where each try has answered, an answer that says
 * how many records of a collection are gone is believed of the others: the application may have taken these away before, or
 * given them to somebody else.
 */
const withUntold = (
  step: SourceStep,
  { checked, outcomes: answered }: EventOf<"source-finished">,
  outcomes: readonly CollectionOutcome[],
): readonly CollectionOutcome[] => {
  if (checked !== true) return outcomes;
  const named = answered.map(({ collection }) => collection);
  const tellsNothing = answered.every((each) => !("count" in each) || each.count === 0);
  return withMissing(step, outcomes, [], ({ collection }) =>
    step.unanswered === true
      ? named.includes(collection)
      : (named.includes(collection) || tellsNothing) && goneIn(answered, collection) === 0,
  );
};

/** @param now what is left of what was counted */
const withMissing = (
  step: SourceStep,
  outcomes: readonly CollectionOutcome[],
  now: readonly CollectionCount[],
  isMeant: (counted: CollectionCount) => boolean = () => true,
): readonly CollectionOutcome[] => {
  const { goneBefore = [] } = step;
  // What was retained was counted when that was said.
  const located = step.located ?? (step.unanswered === true ? retainedBy(step) : []);
  const missing = located.filter(isMeant).flatMap((counted): CollectionOutcome[] => {
    const { collection, becomes: outcome = "erased" } = counted;
    const left = totalCount(now.filter((each) => each.collection === collection));
    const toStay = located.filter(
      (each) => each.collection === collection && (each.becomes === "retained" || each.becomes === "kept"),
    );
    const count = untold(counted, goneBefore, outcomes, totalCount(toStay)) - left;
    return (outcome === "erased" || outcome === "anonymised") && count > 0
      ? [{ collection, outcome, count }]
      : [];
  });
  return missing.length === 0 ? outcomes : mergeOutcomes(missing, outcomes);
};

/** How many records the law has kept, by what was said last, a collection. */
const retainedBy = (step: SourceStep): CollectionCount[] =>
  keptCollections(step).map((collection) => ({
    collection,
    count: totalCount(
      step.outcomes
        .filter((each) => each.outcome === "retained")
        .filter((each) => each.collection === collection),
    ),
  }));

const working = {
  heldBy: null,
  status: "succeeded",
  problem: null,
  attempts: 0,
  nextAttemptAt: null,
  alertedOf: null,
} as const;

export const verified = (change: Change, event: EventOf<"source-verified">): Transition =>
  stepFor(change, event, "verify").map((step) => {
    const looked = recorded(
      outageOver(
        changedStep(change, step.source, {
          ...working,
          stage: "done",
          ...(step.triedAgain === true && { triedAgain: false }),
          ...(step.wasThere === true && { wasThere: false }),
          checked: event.checked,
          ...((event.isTooLate ?? step.askedTooLate) !== undefined && {
            askedTooLate: event.isTooLate === true,
          }),
          left: event.left ?? [],
          ...keptThen(change, step, event.found),
        }),
        step,
      ),
      "verified",
      { checked: event.checked, ...(event.left !== undefined && { left: totalCount(event.left) }) },
      step.source,
    );
    // It could not be asked for a time, and what the others have answered is as old as that.
    return step.problem === null
      ? looked
      : lookedAtAgain(looked, ({ source, stage }) => source !== step.source && stage === "done");
  });

/** What was kept and is not found any more was so on the day on which the source said it, where that is another one. */
const keptThen = (
  change: Change,
  step: SourceStep,
  found: readonly CollectionCount[],
): Pick<SourceStep, "outcomes" | "keptFound"> => {
  const { outcomes, saidAt } = step;
  const names = outcomes.filter((each) => isInPart(step, each)).map(({ collection }) => collection);
  const seen = keptFound(step, outcomes, found, [...names, ...found.map(({ collection }) => collection)]);
  const isUnseen = ({ collection }: CollectionOutcome) =>
    countIn(seen, collection) < countIn(outcomes.filter(isKept), collection);
  const isAnotherDay = saidAt !== undefined && saidAt.slice(0, 10) !== change.at.slice(0, 10);
  return {
    outcomes: isAnotherDay
      ? outcomes.flatMap((each) => (isKept(each) && isUnseen(each) ? datedAll([each], saidAt) : [each]))
      : outcomes,
    keptFound: seen,
  };
};

/** Nothing of it goes into a package: it is collected anew, where somebody has that tried, or is missing. */
const uncollected = (change: Change, source: string): Change =>
  changedSteps(change, (step) =>
    step.source === source ? { ...begunAgain(step, "perform"), collectedBefore: [] } : null,
  );

export const failed = (change: Change, event: EventOf<"source-failed">, rules: Rules): Transition => {
  const { source, generation, isUnreadable, outcomes } = event;
  const closed = closedAtWork(change, event);
  if (closed !== undefined && outcomes != null && outcomes.length > 0)
    return ok(doneThoughClosed(change, closed, addedToSoFar(closed, outcomes)));
  if (isOver(change)) return movedOn();
  if (isUnreadable !== true) return metFailure(change, event, rules);
  const step = stepOf(change.request, source);
  if (step?.generation !== generation)
    return err(new NotPossibleNow(`The work at source "${source}" was overtaken.`));
  const anew = uncollected(change, source);
  // Somebody has closed it by hand: what it gave before that is not to be had.
  if (step.settlement !== null) return ok(changedStep(anew, source, { status: step.status }));
  return metFailure(anew, { ...event, generation: generation + 1, stage: "perform" }, rules);
};

const metFailure = (change: Change, event: EventOf<"source-failed">, rules: Rules): Transition =>
  stepFor(change, event, event.stage).map((step) => {
    if (event.problem.code === "not-registered") return unknownHere(change, step, event, rules);
    const isRelapse = event.problem.code === "still-present";
    // That it was erased in between is no progress where the person is there again: the tries count on.
    const relapses = (step.relapses ?? 0) + (isRelapse ? 1 : 0);
    const attempts = isRelapse ? relapses : step.attempts + 1;
    const isOut =
      isDown(event.problem) && (attempts >= rules.retry.attempts || isOutageKnown(change, step, rules));
    const tried =
      event.stage === "perform" ? changedStep(change, step.source, doneAllTheSame(step, event)) : change;
    if (isOut) return outOfService(tried, step, event, rules);
    const isForGood = !event.problem.retryable || attempts >= rules.retry.attempts;
    const noted = changedStep(tried, step.source, {
      heldBy: null,
      attempts,
      relapses,
      ...(event.left !== undefined && { left: event.left }),
      problem: event.problem,
      // Of what was counted some may be another person's, and whatever becomes of that is not told here.
      ...(event.problem.code === "more-than-retained" && event.stage === "perform" && { stage: "locate" }),
      status: isForGood ? "warning" : "pending",
      nextAttemptAt: nextAttempt(change, event, attempts, isForGood, rules),
    });
    // Whatever it answers, it answers.
    const reached = isDown(event.problem) ? noted : outageOver(noted, step);
    const repeated = isRelapse ? workedAgain(reached, step) : reached;
    const told = recorded(repeated, "failed", { code: event.problem.code, attempts }, step.source);
    return isForGood ? alertedOnce(told, step, event.problem) : told;
  });

const minute = 60_000;

/**
 * The process that came to this step does not know its source. Another one may, or will: in a rolling update two versions
 * run side by side, and one is left to the other. So it is told of only when it has lasted, and asked for ever more rarely.
 */
const unknownHere = (
  change: Change,
  step: SourceStep,
  event: EventOf<"source-failed">,
  rules: Rules,
): Change => {
  const { problem, jitter } = event;
  const { retry } = rules;
  const isNews = step.problem?.code !== problem.code;
  const attempts = isNews ? 1 : step.attempts + 1;
  const lasts = attempts >= retry.attempts;
  // It is missing for every request that has a part there: one of them looks for it, and has it told.
  if (lasts) return outOfService(change, step, event, rules);
  const pauses = { firstDelay: minute, factor: retry.factor, longestDelay: retry.outageDelay };
  const noted = changedStep(change, step.source, {
    attempts,
    problem,
    status: "pending",
    nextAttemptAt: after(change, backoff(pauses, attempts, jitter)),
  });
  return isNews ? recorded(noted, "failed", { code: problem.code, attempts }, step.source) : noted;
};

/** The source is down, or nobody knows it: for everybody, as far as anybody can tell. */
const outOfService = (
  change: Change,
  step: SourceStep,
  event: EventOf<"source-failed">,
  rules: Rules,
): Change => {
  const { source } = step;
  const { problem } = event;
  const attempts = step.attempts + 1;
  const outage = outageMet(change, step, event, rules);
  const delay = nextTry(outage, attempts, event.jitter, rules);
  const noted = changedStep(change, source, {
    attempts,
    problem,
    status: "warning",
    nextAttemptAt: after(change, delay),
    outage: toldNow(change, outage),
  });
  // One line for a whole outage: days of tries would bury the rest of the audit.
  const isNews = step.problem?.code !== problem.code || (step.outage == null && isDown(problem));
  const told = isNews ? recorded(noted, "failed", { code: problem.code, attempts }, source) : noted;
  const passedOn = outageTried(told, step, outage);
  return mustBeTold(outage, change.now) ? supportTold(passedOn, step, problem) : passedOn;
};

const addedToSoFar = (step: SourceStep, outcomes: readonly CollectionOutcome[]) =>
  addedUp(step, outcomesSoFar(step), outcomes, mergeOutcomes(outcomesSoFar(step), outcomes));

/** A try that failed may have erased before it did: what it told of that counts, and that it did not tell all is kept. */
const doneAllTheSame = (
  step: SourceStep,
  { outcomes = [], problem }: EventOf<"source-failed">,
): Partial<SourceStep> => ({
  ...((outcomes === null || problem.code === "still-present") && { unanswered: true }),
  // Who said nothing has not said that nothing is retained.
  ...(outcomes !== null &&
    outcomes.length > 0 && {
      outcomes: addedToSoFar(step, outcomes),
    }),
});

const nextAttempt = (
  change: Change,
  event: EventOf<"source-failed">,
  attempts: number,
  isForGood: boolean,
  rules: Rules,
) => {
  if (!isForGood) return after(change, backoff(rules.retry, attempts, event.jitter));
  return event.problem.retryable && workflowOf(change.request.kind).keepsTrying
    ? after(change, spread(rules.retry.slowDelay, event.jitter))
    : null;
};

/**
 * The source holds the person after all: it is worked on again, and so is what was filled from it. Where it is a copy,
 * somebody has filled its origins again: they are asked at once.
 */
const workedAgain = (change: Change, step: SourceStep): Change =>
  changedSteps(
    lookedAtAgain(change, ({ source }) => step.after.includes(source)),
    (each) => {
      if (each.source === step.source) {
        const stage = isPerformed(step) ? stageAnew(step) : "perform";
        return { stage, generation: each.generation + 1, checked: null, manual: null };
      }
      return each.after.includes(step.source) && each.settlement === null && isPerformed(each)
        ? { stage: stageAnew(each), status: "pending", generation: each.generation + 1, checked: null }
        : null;
    },
  );
