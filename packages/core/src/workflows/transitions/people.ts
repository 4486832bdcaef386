import { NotPossibleNow, SourceNotFound } from "../../errors.ts";
import { type Change, changed, changedNotice, changedStep, recorded, stepOf } from "../../request/change.ts";
import { isKeptBack, type NoticeRecord } from "../../request/notices.ts";
import { mergeOutcomes } from "../../request/outcomes.ts";
import { phasesAtWork } from "../../request/phases.ts";
import { isRetaining } from "../../request/retention.ts";
import { countedAs, isResolved, type SourceStep } from "../../request/steps.ts";
import { err, ok, type Result } from "../../result.ts";
import { workflowOf } from "../workflows.ts";
import { alertedOnce } from "./alerting.ts";
import { openedForItsDay } from "./closing.ts";
import { mayGiveUpDuties, toldAgain, withoutDuty } from "./ending.ts";
import type { EventOf } from "./events.ts";
import { letterWaitsNoMore } from "./outages.ts";
import { stageAnew } from "./reopening.ts";

type Transition = Result<Change, NotPossibleNow | SourceNotFound>;

const unresolved = (change: Change, source: string): Result<SourceStep, NotPossibleNow | SourceNotFound> => {
  const step = stepOf(change.request, source);
  if (step === undefined) return err(new SourceNotFound(source));
  return isResolved(step)
    ? err(new NotPossibleNow(`Source "${source}" is done already: there is nothing to try or to settle.`))
    : ok(step);
};

/** Tries the source again for the work there, and for the letters that it keeps back; these alone where its work is done. */
export const retry = (change: Change, event: EventOf<"source-retried">): Transition => {
  const letters = lettersTried(change, event.source);
  const work = workTried(letters, event);
  return work.isErr() && letters !== change ? ok(recorded(letters, "retried", {}, event.source)) : work;
};

const isKeptBackBy =
  (source: string) =>
  (notice: NoticeRecord): boolean =>
    isKeptBack(notice) && notice.asked?.source === source;

const lettersTried = (change: Change, source: string): Change => {
  const { notices } = change.request;
  const isMeant = isKeptBackBy(source);
  return notices.some(isMeant)
    ? changed(change, {
        notices: notices.map((each) =>
          isMeant(each) && each.asked != null
            ? { ...each, nextAttemptAt: null, asked: { ...each.asked, attempts: 0, triedAgain: true } }
            : each,
        ),
      })
    : change;
};

const workTried = (change: Change, event: EventOf<"source-retried">): Transition =>
  unresolved(change, event.source).andThen((step) => {
    if (!phasesAtWork.includes(change.request.phase))
      return err(new NotPossibleNow(`The request is ${change.request.phase}: no source is at work for it.`));
    if (step.status === "running")
      return err(new NotPossibleNow(`Source "${step.source}" is at work already.`));
    // Its work is done, and the last look is still to come: to try it again is to work there once more.
    const { request } = change;
    const isAwaitingLook = step.stage === "verify" && !workflowOf(request.kind).mayVerify(request, step);
    const again = changedStep(change, step.source, {
      ...(isAwaitingLook && { stage: stageAnew(step), checked: null }),
      status: "pending",
      attempts: 0,
      nextAttemptAt: null,
      problem: null,
      ...(step.problem !== null && { triedAgain: true }),
      ...(step.alertedOf === "still-present" && { wasThere: true }),
      alertedOf: null,
      relapses: 0,
      // What is collected so far is kept: an export goes on behind it.
      ...(step.task === "export" ? {} : { generation: step.generation + 1 }),
      // That nobody knew it is another matter than what it answers, or not, once somebody does.
      ...(step.problem?.code === "not-registered" && { outage: null }),
      ...(step.manual?.answer === "cannot" ? { manual: null } : {}),
    });
    return ok(recorded(again, "retried", {}, step.source));
  });

/** Closes the source by hand for the work there, and for the letters that it keeps back; for these alone where its work is done. */
export const settle = (change: Change, event: EventOf<"source-settled">): Transition => {
  const work = workSettled(change, event);
  const letters = change.request.notices.filter(isKeptBackBy(event.source));
  return work.isErr() && letters.length > 0 ? ok(lettersSettled(change, event, letters)) : work;
};

/** What the person, or whoever the data was disclosed to, is told goes out by what the other sources say. */
const lettersSettled = (
  change: Change,
  { source, reason }: EventOf<"source-settled">,
  letters: readonly NoticeRecord[],
): Change => {
  const free = letters.reduce(
    (going, letter) =>
      changedNotice(letterWaitsNoMore(going, letter), letter.id, {
        nextAttemptAt: null,
        without: [...(letter.without ?? []), source],
      }),
    change,
  );
  return recorded(free, "settled", { reason, letters: letters.length }, source);
};

const workSettled = (closed: Change, event: EventOf<"source-settled">): Transition => {
  const change = mayGiveUpDuties(closed) ? closed : openedForItsDay(closed).unwrapOr(closed);
  return toSettle(change, event.source).map((step) =>
    withoutDuty(
      recorded(
        changedStep(change, step.source, {
          status: "warning",
          nextAttemptAt: null,
          // Whether it gets to its end, nobody can say: what it answers still is told.
          ...(step.status === "running" &&
            change.request.kind === "erasure" && { problem: { code: "interrupted", retryable: false } }),
          settlement: { reason: event.reason, by: event.actor, at: change.now },
          // What is still to be kept is erased on its day all the same.
          keepsOn: change.request.phase !== "closed" && isRetaining(change.request, step),
        }),
        "settled",
        { reason: event.reason },
        step.source,
      ),
    ),
  );
};

/** Of a closed request, what is to be erased when its day comes, where that cannot be: its key is lost, or its tenant's. */
const toSettle = (change: Change, source: string): Result<SourceStep, NotPossibleNow | SourceNotFound> => {
  const { request } = change;
  if (request.phase !== "closed") return unresolved(change, source);
  const step = stepOf(request, source);
  if (step === undefined) return err(new SourceNotFound(source));
  return mayGiveUpDuties(change) && isRetaining(request, step)
    ? ok(step)
    : err(new NotPossibleNow("The request is closed: there is nothing to settle."));
};

const ownerCannot = { code: "owner-cannot", retryable: false } as const;

export const answerTask = (change: Change, event: EventOf<"task-answered">): Transition => {
  const step = stepOf(change.request, event.source);
  if (step === undefined) return err(new SourceNotFound(event.source));
  if (step.manual === null || step.manual.answer !== null) {
    return err(new NotPossibleNow(`Source "${step.source}" has no task that waits for an answer.`));
  }
  const answered = recorded(
    changedStep(change, step.source, {
      manual: { answer: event.answer, note: event.note, answeredBy: event.actor, answeredAt: change.at },
      ...(event.answer !== "cannot" && { ownerSaid: event.answer }),
    }),
    "task-answered",
    { answer: event.answer, note: event.note },
    step.source,
  );
  if (change.request.phase === "closed" || step.settlement !== null)
    return ok(doneAllTheSame(answered, step, event));
  if (event.answer !== "cannot")
    return ok(changedStep(answered, step.source, { nextAttemptAt: null, status: "pending" }));
  const stuck = { nextAttemptAt: null, status: "warning", problem: ownerCannot } as const;
  return ok(alertedOnce(changedStep(answered, step.source, stuck), step, ownerCannot));
};

/**
 * An owner has answered when nothing was to be done any more. What they say that they erased is gone, as it was counted, and is
 * told: nobody looks any more.
 */
const doneAllTheSame = (answered: Change, step: SourceStep, { answer }: EventOf<"task-answered">): Change => {
  if (answer === "cannot") return answered;
  const outcomes = mergeOutcomes(step.outcomes, countedAs(step, answer === "done" ? "erased" : "absent"));
  const manual = stepOf(answered.request, step.source)?.manual;
  const done = changedStep(answered, step.source, {
    outcomes,
    checked: false,
    saidAt: answered.now,
    ...(manual != null && { manual: { ...manual, late: true } }),
    ...(step.settlement === null && { stage: "done", status: "succeeded", problem: null }),
  });
  return answer === "done" && done.request.phase === "closed" ? toldAgain(done) : done;
};
