import { NotPossibleNow } from "../../errors.ts";
import { type Instant, liesAhead } from "../../instant.ts";
import { doAddressesLead, neverAskedBy } from "../../request/addresses.ts";
import { after, type Change, changed, changedStep, changedSteps, namesOf } from "../../request/change.ts";
import type { Request } from "../../request/request.ts";
import { backoff, type Rules } from "../../request/rules.ts";
import { isPerformed, isStuck, type SourceStep } from "../../request/steps.ts";
import { err, ok, type Result } from "../../result.ts";
import { type EventOf, stepFor } from "./events.ts";

/**
 * The sources that are to say once more who the person is, right before the work at one of them: those that have not said
 * it since this instant. Where the person is erased already, what is there now came since; who is at work is let go on; and
 * one that does not answer for now is asked when its own turn comes. Opened again, a request asks nobody.
 */
export const toAskAgain = (
  request: Request,
  atWork: string,
  since: Instant,
  now: Instant,
): readonly SourceStep[] =>
  request.steps.filter((step) => {
    const { source, status, lastAsked } = step;
    const isAble = source === atWork || !(isStuck(step) || status === "running");
    const isFresh = lastAsked !== undefined && lastAsked.at >= since && !liesAhead(lastAsked.at, now);
    return canBeAskedOnceMore(request, step) && isAble && !isFresh;
  });

const canBeAskedOnceMore = (request: Request, step: SourceStep): boolean => {
  const { canIdentify, settlement, stage } = step;
  const isAble = canIdentify && settlement === null && stage !== "identify";
  return request.reopened === 0 && isAble && !isErasedAt(request, step);
};

/** Whether the person is erased at a source: what it knows of them now is what it has made of them, or came since. */
export const isErasedAt = ({ kind }: Pick<Request, "kind">, step: SourceStep): boolean =>
  kind === "erasure" &&
  step.task !== "identify" &&
  isPerformed({ ...step, stage: step.askedAgain?.stage ?? step.stage });

/**
 * Whether everybody is to say who the person is because a source knows them by a further name: not where it has said so
 * before, and none was told since. Then nobody can tell it, and asking again and again would find out nothing.
 */
export const isWorthAsking = (
  request: Request,
  { source, stage, saidOtherwise }: SourceStep,
  since: Instant,
  now: Instant,
): boolean =>
  stage === "perform" &&
  saidOtherwise !== namesOf(request) &&
  toAskAgain(request, source, since, now).length > 0;

/** Nothing is begun before all of them have answered; what is done goes on, unless somebody has another name to tell. */
export const askAgain = (change: Change, event: EventOf<"names-outdated">): Result<Change, NotPossibleNow> =>
  stepFor(change, event, "perform").andThen(({ source }) => {
    const asked = toAskAgain(change.request, source, event.since, change.now);
    if (asked.length === 0) return err(new NotPossibleNow("Everybody has just said who the person is."));
    const names = namesOf(change.request);
    return ok(
      changedSteps(changed(change, { isAskedAgain: true }), (step) => {
        const said = event.isSaid === true && step.source === source ? { saidOtherwise: names } : null;
        return asked.includes(step) ? { ...askedOnceMore(step, names), ...said } : said;
      }),
    );
  });

const askedOnceMore = (step: SourceStep, names: number): Partial<SourceStep> => {
  const { stage, status, attempts, problem, outage } = step;
  return {
    stage: "identify",
    status: status === "warning" ? "pending" : status,
    nextAttemptAt: null,
    identifiersAsked: 0,
    askedAgain: { stage, status, attempts, problem, names, isOut: outage != null },
  };
};

/**
 * The work at a source waits for those that could say whose the addresses are, and are down: they are asked once more who the
 * person is, also where that one is erased, so that the outage is theirs, and ends when they answer. By a number it goes on, and
 * is counted anew by that.
 */
export const waitToBeSaid = (
  change: Change,
  event: EventOf<"addresses-unsaid">,
  { retry }: Pick<Rules, "retry">,
): Result<Change, NotPossibleNow> =>
  stepFor(change, event, "perform").map(({ unsaid }) => {
    const { by, byNumber, jitter } = event;
    const tries = (unsaid?.tries ?? 0) + 1;
    const names = namesOf(change.request);
    const asked = changedSteps(changed(change, { isAskedAgain: true }), (step) =>
      by.includes(step.source) &&
      step.settlement === null &&
      step.stage !== "identify" &&
      step.status !== "running"
        ? askedOnceMore(step, names)
        : null,
    );
    return changedStep(asked, event.source, {
      unsaid: { by, tries, ...(byNumber && { byNumber }) },
      ...(byNumber
        ? { stage: "locate" }
        : {
            nextAttemptAt: after(change, backoff({ ...retry, longestDelay: retry.slowDelay }, tries, jitter)),
          }),
    });
  });

/** A source has answered: what has waited for it to say whose the addresses are is asked about once more. */
export const saidNow = (change: Change, source: string): Change =>
  changedSteps(change, ({ unsaid, stage, status }) =>
    unsaid?.by.includes(source) === true &&
    (stage === "locate" || stage === "perform") &&
    status !== "running"
      ? {
          unsaid: { ...unsaid, by: unsaid.by.filter((each) => each !== source) },
          ...(unsaid.byNumber === true && { stage: "locate" }),
        }
      : null,
  );

/**
 * Whoever was never asked by an address that is the person's right now, as a source has said within the day, is asked by it as
 * for the first time: it was not known yet, or was not certain any more, when they were asked.
 */
export const askedByOwn = (change: Change): Change => {
  const { request, now } = change;
  const names = namesOf(request);
  return changedSteps(change, (step) =>
    canBeAskedOnceMore(request, step) &&
    step.status !== "running" &&
    !isStuck(step) &&
    !doAddressesLead(request, step) &&
    neverAskedBy(request, step.source, now).own.length > 0
      ? askedOnceMore(step, names)
      : null,
  );
};
