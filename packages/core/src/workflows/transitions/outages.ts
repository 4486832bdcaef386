import { NotPossibleNow } from "../../errors.ts";
import { type Change, changed, changedStep, recorded, stepOf } from "../../request/change.ts";
import { isJustOver, mustBeTold, type Outage, type OutageNews } from "../../request/outage.ts";
import { backoff, type Rules } from "../../request/rules.ts";
import type { SourceStep } from "../../request/steps.ts";
import { err, ok, type Result } from "../../result.ts";
import { canLookAfter } from "../actions.ts";
import type { EventOf } from "./events.ts";

type Transition = Result<Change, NotPossibleNow>;

/** Whether the request knows already that the source is down, so that one more failure is no news. */
export const isOutageKnown = (change: Change, step: SourceStep, rules: Rules): boolean =>
  step.outage != null || isJustOver(step.lastOutage, change.at, rules);

/** What this request has to do with an outage that it has just met, or met again. */
export const outageMet = (
  change: Change,
  step: SourceStep,
  { lookedAfter = false, isAlone = false }: EventOf<"source-failed">,
  rules: Rules,
): Outage => {
  const { outage, lastOutage } = step;
  const since = outage?.since ?? change.at;
  const toldBefore = isJustOver(lastOutage, change.at, rules) ? (lastOutage?.toldAt ?? null) : null;
  return {
    role: isAlone || outage?.role === "alone" ? "alone" : lookedAfter ? "waits" : "looks-after",
    since,
    // Whoever looks after it has it told.
    toldAt: outage?.toldAt ?? toldBefore ?? (lookedAfter ? since : null),
  };
};

/**
 * In how many milliseconds the source is tried next: sooner than that by whoever looks after the outage, and more and more
 * rarely by everybody. The others try it in case that one is lost.
 */
export const nextTry = (
  { role }: Outage,
  attempts: number,
  jitter: number,
  { retry }: Pick<Rules, "retry">,
): number => {
  const { longestDelay, slowDelay, outageDelay } = retry;
  const delays = {
    "looks-after": { firstDelay: 2 * longestDelay, longestDelay: outageDelay },
    waits: { firstDelay: slowDelay, longestDelay: 4 * slowDelay },
    alone: { firstDelay: slowDelay, longestDelay: slowDelay },
  }[role];
  return backoff({ ...retry, ...delays }, Math.max(1, attempts - retry.attempts + 1), jitter);
};

/** Says of a step whose outage the support contact has to be told of that it was. */
export const toldNow = (change: Change, outage: Outage): Outage =>
  mustBeTold(outage, change.at) ? { ...outage, toldAt: change.at } : outage;

/** The source has answered this request: everybody who waits for it is to be told. */
export const outageOver = (change: Change, step: SourceStep): Change => {
  const { source, outage } = step;
  if (outage == null) return change;
  const { since, toldAt } = outage;
  const over = changedStep(change, source, { outage: null, lastOutage: { endedAt: change.at, toldAt } });
  return withNews(over, { source, news: "answers", since, toldAt });
};

/** Behind another try in vain: what the others have to know of it. */
export const outageTried = (change: Change, before: SourceStep, { role, ...outage }: Outage): Change => {
  if (before.outage?.role !== "looks-after") return change;
  const { source } = before;
  return withNews(change, { source, news: role === "alone" ? "answers" : "tried", ...outage });
};

const isNews =
  ({ source, news }: Pick<OutageNews, "source" | "news">) =>
  (each: OutageNews): boolean =>
    each.source === source && each.news === news;

const withNews = (change: Change, news: OutageNews): Change => {
  const others = (change.request.outageNews ?? []).filter((each) => !isNews(news)(each));
  return changed(change, { outageNews: [...others, news] });
};

/** Another request was answered: what waited for the source goes on at once. */
export const sourceAnswers = (change: Change, event: EventOf<"source-answers">): Transition => {
  const step = stepOf(change.request, event.source);
  if (step?.outage == null || step.settlement !== null) {
    return err(new NotPossibleNow(`The request does not wait for source "${event.source}".`));
  }
  const lastOutage = { endedAt: change.at, toldAt: event.toldAt ?? step.outage.toldAt };
  const over = changedStep(change, step.source, {
    attempts: 0,
    nextAttemptAt: null,
    status: step.status === "running" ? "running" : "pending",
    outage: null,
    lastOutage,
  });
  return ok(recorded(over, "source-answers", {}, step.source));
};

/**
 * A package was made without the source, and the source answers now: its part is asked for, and a whole package follows. The
 * tries are counted on, so that the pauses do not begin anew where it answers a little and then does not.
 */
export const probed = (change: Change, event: EventOf<"source-probed">): Transition => {
  const step = stepOf(change.request, event.source);
  if (step?.outage == null) return err(new NotPossibleNow("The outage is over already."));
  const over = changedStep(outageOver(change, step), step.source, { nextAttemptAt: null, status: "pending" });
  return ok(recorded(over, "source-answers", {}, step.source));
};

/** It tries for all those that wait with the same call. */
export const tryToo = (change: Change, event: EventOf<"outage-tried">): Transition => {
  const step = stepOf(change.request, event.source);
  return step?.outage?.role === "waits" && step.status === "warning" && step.nextAttemptAt !== null
    ? ok(changedStep(change, step.source, { nextAttemptAt: change.now }))
    : err(new NotPossibleNow("The request does not wait for this source."));
};

/** Whoever looked after the outage does not any more: from here on this request does. */
export const outageHandedOn = (change: Change, event: EventOf<"outage-handed-on">): Transition => {
  const { source, since, toldAt, lookedAfter = false } = event;
  const step = stepOf(change.request, source);
  if (step?.outage?.role !== "waits" || step.status !== "warning" || lookedAfter) {
    return err(new NotPossibleNow("The request does not wait for somebody to look after this outage."));
  }
  const handed = {
    ...step,
    outage: { role: "looks-after", since, toldAt },
    nextAttemptAt: change.now,
  } as const;
  return canLookAfter(change.request, handed)
    ? ok(changedStep(change, source, handed))
    : err(new NotPossibleNow("The request cannot look after this outage."));
};

export const newsPassedOn = (change: Change, event: EventOf<"outage-news-passed-on">): Transition => {
  const { outageNews = [] } = change.request;
  const left = outageNews.filter((each) => !isNews(event)(each));
  return left.length === outageNews.length
    ? err(new NotPossibleNow("There is no news to pass on."))
    : ok(changed(change, { outageNews: left }));
};

/**
 * A request that is over, put off, held or in doubt looks after nothing: another one has to. What it knew of outages is
 * forgotten with its end.
 */
export const outagesGivenUp = (change: Change): Change => {
  const isOver = change.request.phase === "closed";
  return change.request.steps.reduce((giving, step) => {
    const { source, outage } = step;
    if (outage == null || (!isOver && step.settlement === null && outage.role !== "looks-after"))
      return giving;
    if (canLookAfter(change.request, step)) return giving;
    const { since } = outage;
    const isGivenUp = isOver || step.settlement !== null;
    const left = changedStep(giving, source, {
      outage: isGivenUp ? null : { ...outage, role: "waits" },
    });
    if (outage.role !== "looks-after") return left;
    const letter = change.request.notices.findLast(
      (each) => each.kind === "support" && each.source === source,
    );
    const toldAt = letter?.status === "withdrawn" ? null : outage.toldAt;
    return withNews(left, { source, news: "left", since, toldAt });
  }, change);
};
