import { NotPossibleNow } from "../../errors.ts";
import { type Change, changed, changedNotice, changedStep, recorded, stepOf } from "../../request/change.ts";
import { type AskedFirst, type NoticeRecord, waitsForSource } from "../../request/notices.ts";
import { isJustOver, mustBeTold, type Outage, type OutageNews } from "../../request/outage.ts";
import type { Request } from "../../request/request.ts";
import { backoff, type Rules } from "../../request/rules.ts";
import type { SourceStep } from "../../request/steps.ts";
import { err, ok, type Result } from "../../result.ts";
import { canLookAfter, canLookAfterBy } from "../actions.ts";
import type { EventOf } from "./events.ts";

type Transition = Result<Change, NotPossibleNow>;

/** What meets an outage: the work at a source, or a letter before which the source is asked. */
type Meeting = Pick<SourceStep | AskedFirst, "source" | "outage" | "lastOutage">;

/** Whether the request knows already that the source is down, so that one more failure is no news. */
export const isOutageKnown = (change: Change, meeting: Meeting, rules: Rules): boolean =>
  meeting.outage != null || isJustOver(meeting.lastOutage, change.now, rules);

/** Whether a part of the request looks after the outage already. */
const isLookedAfterIn = ({ steps, notices }: Request, source: string): boolean =>
  steps.some((step) => step.source === source && step.outage?.role === "looks-after") ||
  notices.some((notice) => waitsForSource(notice, source) && notice.asked?.outage?.role === "looks-after");

/** What this request has to do with an outage that it has just met, or met again. */
export const outageMet = (
  change: Change,
  { source, outage, lastOutage }: Meeting,
  { isAlone = false, ...event }: Pick<EventOf<"source-failed" | "notice-failed">, "lookedAfter" | "isAlone">,
  rules: Rules,
): Outage => {
  const isItself = outage?.role === "looks-after";
  const lookedAfter = event.lookedAfter === true || (!isItself && isLookedAfterIn(change.request, source));
  const since = outage?.since ?? change.now;
  const toldBefore = isJustOver(lastOutage, change.now, rules) ? (lastOutage?.toldAt ?? null) : null;
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
  mustBeTold(outage, change.now) ? { ...outage, toldAt: change.now } : outage;

/** The source has answered this request: everybody who waits for it is to be told. */
export const outageOver = (change: Change, step: SourceStep): Change => {
  const { source, outage } = step;
  if (outage == null) return change;
  const { since, toldAt } = outage;
  const over = changedStep(change, source, { outage: null, lastOutage: { endedAt: change.now, toldAt } });
  return withNews(lettersGoOn(over, source, toldAt), { source, news: "answers", since, toldAt });
};

/** The letters of the request that have waited for the source are tried at once. */
const lettersGoOn = (change: Change, source: string, told: Outage["toldAt"]): Change =>
  change.request.notices
    .filter((notice) => isTriedFor(notice, source))
    .reduce((going, { id, asked }) => {
      const lastOutage = { endedAt: change.now, toldAt: told ?? asked?.outage?.toldAt ?? null };
      return changedNotice(going, id, {
        nextAttemptAt: null,
        asked: { source, attempts: 0, outage: null, lastOutage },
      });
    }, change);

/** Whether the source has not answered its last try, also where that was one of a few quick ones. */
const isTriedFor = ({ status, asked }: NoticeRecord, source: string): boolean =>
  status === "due" && asked?.source === source && (asked.outage != null || asked.attempts > 0);

/** The work at a source that was down is tried at once. */
const workGoesOn = (change: Change, step: SourceStep, told: Outage["toldAt"]): Change =>
  step.outage == null || step.settlement !== null
    ? change
    : changedStep(change, step.source, {
        attempts: 0,
        nextAttemptAt: null,
        status: step.status === "running" ? "running" : "pending",
        outage: null,
        lastOutage: { endedAt: change.now, toldAt: told ?? step.outage.toldAt },
      });

/** The source that a letter has waited for has answered: whatever waits for it goes on, here and in other requests. */
export const letterAnswered = (change: Change, { id, asked }: NoticeRecord): Change => {
  if (asked?.outage == null) {
    return asked == null
      ? change
      : changedNotice(change, id, { asked: { ...asked, attempts: 0, triedAgain: false } });
  }
  const { source, outage } = asked;
  const { since, toldAt } = outage;
  const step = stepOf(change.request, source);
  const own = step === undefined ? change : workGoesOn(change, step, toldAt);
  return withNews(lettersGoOn(own, source, toldAt), { source, news: "answers", since, toldAt });
};

/** A letter waits for the source no more, and nobody knows whether that answers. */
export const letterWaitsNoMore = (change: Change, { id, asked }: NoticeRecord): Change => {
  if (asked == null) return change;
  const { source, outage } = asked;
  const free = changedNotice(change, id, { asked: null });
  return outage?.role === "looks-after" ? leftToOthers(free, source, outage) : free;
};

/** Behind another try in vain: what the others have to know of it. */
export const outageTried = (change: Change, before: Meeting, { role, ...outage }: Outage): Change => {
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
  const { source, toldAt } = event;
  const step = stepOf(change.request, source);
  const atWork = step === undefined ? change : workGoesOn(change, step, toldAt);
  const over = lettersGoOn(atWork, source, toldAt);
  return over === change
    ? err(new NotPossibleNow(`The request does not wait for source "${source}".`))
    : ok(recorded(over, "source-answers", {}, source));
};

/**
 * The source answers now: its part is asked for when nothing else keeps that waiting; where a package was made without it, a
 * whole one follows. The tries are counted on, so that the pauses do not begin anew where it answers a little and then does
 * not.
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
  if (step?.outage?.role === "waits" && step.status === "warning" && step.nextAttemptAt !== null) {
    return ok(changedStep(change, step.source, { nextAttemptAt: change.now }));
  }
  const letter = waitingLetter(change.request, event.source);
  return letter?.nextAttemptAt != null
    ? ok(changedNotice(change, letter.id, { nextAttemptAt: change.now }))
    : err(new NotPossibleNow("The request does not wait for this source."));
};

/** The first of those that leave the outage to somebody else. */
const waitingLetter = ({ notices }: Request, source: string): NoticeRecord | undefined =>
  notices.find((notice) => waitsForSource(notice, source) && notice.asked?.outage?.role === "waits");

/** Whoever looked after the outage does not any more: from here on this request does. */
export const outageHandedOn = (change: Change, event: EventOf<"outage-handed-on">): Transition => {
  const { source, since, toldAt, lookedAfter = false } = event;
  const step = stepOf(change.request, source);
  const outage = { role: "looks-after", since, toldAt } as const;
  const isWaiting = step?.outage?.role === "waits" && step.status === "warning";
  const letter = waitingLetter(change.request, source);
  if (lookedAfter || (!isWaiting && letter === undefined)) {
    return err(new NotPossibleNow("The request does not wait for somebody to look after this outage."));
  }
  const handed = { outage, nextAttemptAt: change.now };
  if (isWaiting && canLookAfter(change.request, { ...step, ...handed })) {
    return ok(changedStep(change, source, handed));
  }
  return letter?.asked != null && canLookAfterBy(change.request, letter)
    ? ok(
        changedNotice(change, letter.id, {
          asked: { ...letter.asked, outage },
          nextAttemptAt: change.now,
        }),
      )
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
 * A request that is over, put off or in doubt looks after nothing: another one has to. What it knew of outages is
 * forgotten with its end.
 */
export const outagesGivenUp = (change: Change): Change => {
  const isOver = change.request.phase === "closed";
  return change.request.steps.reduce((giving, step) => {
    const { source, outage } = step;
    if (outage == null || (!isOver && step.settlement === null && outage.role !== "looks-after"))
      return giving;
    if (canLookAfter(change.request, step)) return giving;
    const isGivenUp = isOver || step.settlement !== null;
    const left = changedStep(giving, source, {
      outage: isGivenUp ? null : { ...outage, role: "waits" },
    });
    return outage.role === "looks-after" ? leftToOthers(left, source, outage) : left;
  }, lettersGivenUp(change));
};

/** Letters that are not to go out any more, or not now, look after nothing either; nor is a source asked that was settled. */
const lettersGivenUp = (change: Change): Change =>
  change.request.notices.reduce((giving, notice) => {
    const { id, status, asked } = notice;
    const outage = asked?.outage;
    if (asked == null || outage == null) return giving;
    const { source } = asked;
    if (status === "due" && stepOf(change.request, source)?.settlement != null) {
      return changedNotice(letterWaitsNoMore(giving, notice), id, { nextAttemptAt: null });
    }
    if (outage.role !== "looks-after" || canLookAfterBy(change.request, notice)) return giving;
    // What is sent in place of it goes on with the same outage.
    const left = changedNotice(giving, id, { asked: { ...asked, outage: { ...outage, role: "waits" } } });
    return leftToOthers(left, source, outage);
  }, change);

const leftToOthers = (change: Change, source: string, { since, toldAt }: Outage): Change => {
  const letter = change.request.notices.findLast((each) => each.kind === "support" && each.source === source);
  const told = letter?.status === "withdrawn" ? null : toldAt;
  return withNews(change, { source, news: "left", since, toldAt: told });
};
