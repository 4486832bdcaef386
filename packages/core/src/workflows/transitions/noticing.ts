import { NotPossibleNow } from "../../errors.ts";
import { later } from "../../instant.ts";
import {
  after,
  type Change,
  changed,
  changedConfidential,
  changedNotice,
  confidentialOf,
  noticeDue,
  recorded,
  stepOf,
  without,
} from "../../request/change.ts";
import {
  isForSupport,
  isOfTrouble,
  type NoticeRecord,
  type Try,
  tryOf,
  undeliveredNotice,
} from "../../request/notices.ts";
import { isDown, mustBeTold } from "../../request/outage.ts";
import { backoff, type Rules } from "../../request/rules.ts";
import type { SourceStep } from "../../request/steps.ts";
import { err, ok, type Result } from "../../result.ts";
import { isToBeSent } from "../actions.ts";
import { hasArrived } from "../export.ts";
import { toldOfLetter } from "./alerting.ts";
import type { EventOf } from "./events.ts";
import { extensionTold } from "./keeping-time.ts";
import {
  isOutageKnown,
  letterAnswered,
  letterWaitsNoMore,
  nextTry,
  outageMet,
  outageTried,
  toldNow,
} from "./outages.ts";
import { packagedAnew } from "./packaging.ts";

type Transition = Result<Change, NotPossibleNow>;

const noticeIn = (
  change: Change,
  id: string,
  ...statuses: readonly NoticeRecord["status"][]
): Result<NoticeRecord, NotPossibleNow> => {
  const notice = change.request.notices.find((each) => each.id === id);
  return notice !== undefined && statuses.includes(notice.status)
    ? ok(notice)
    : err(new NotPossibleNow(`Message "${id}" is not ${statuses.join(" or ")}.`));
};

/** The message, where this try of it is the one that is under way, or due. */
const sameTry = (change: Change, event: Try): Result<NoticeRecord, NotPossibleNow> =>
  noticeIn(change, event.notice, "due").andThen((notice) => {
    const now = tryOf(notice);
    return now.attempts === event.attempts && now.begunUntil === event.begunUntil
      ? ok(notice)
      : err(new NotPossibleNow(`Message "${notice.id}" is in somebody else's hands.`));
  });

/** Of two who would send a message at the same moment, the one whose commit comes first does. */
export const noticeBegun = (change: Change, event: EventOf<"notice-begun">): Transition =>
  sameTry(change, event).andThen((notice) =>
    isToBeSent(change.request, notice)
      ? ok(changedNotice(change, notice.id, { begunUntil: event.until }))
      : err(new NotPossibleNow(`Message "${notice.id}" is not to be sent now.`)),
  );

export const noticeSent = (change: Change, event: EventOf<"notice-sent">, rules: Rules): Transition =>
  // Withdrawn while it was on its way (somebody acknowledges as soon as it arrives): it was sent all the same.
  noticeIn(change, event.notice, "due", "withdrawn").map((notice) => {
    const heard = waitingNoMore(withHeard(change, notice, event.heard), notice.id);
    const sent = changedNotice(heard, notice.id, {
      status: "sent",
      attempts: notice.attempts + 1,
      nextAttemptAt: null,
      begunUntil: null,
      sentAt: change.at,
      problem: null,
    });
    const { tokens } = confidentialOf(sent.request);
    const cleared =
      notice.id in tokens ? changedConfidential(sent, { tokens: without(tokens, notice.id) }) : sent;
    const noted = recorded(cleared, "notice-sent", { notice: notice.id }, notice.source);
    const told = notice.kind === "extension" ? extensionTold(noted, rules) : noted;
    const isDelivered = told.request.phase === "packaged" && hasArrived(told.request);
    return isDelivered ? changed(told, { phase: "delivered" }) : told;
  });

/**
 * A message is tried for as long as the request is open, and for a time after that: then the key has to go. "Never will"
 * ends it at once. Whichever it is, the support contact is told. That letter needs no key, and is the last word that
 * anybody gets: it is tried until it has left, however long mail is down.
 */
export const noticeFailed = (change: Change, event: EventOf<"notice-failed">, rules: Rules): Transition =>
  sameTry(change, event).map((notice) => {
    const attempts = notice.attempts + 1;
    const { problem } = event;
    const heard = withHeard(change, notice, event.heard);
    const step = event.source === undefined ? undefined : stepOf(change.request, event.source);
    const asking = askedInVain(heard, notice.id, step, event, rules);
    const isGivenUp =
      problem.retryable && !isOfTrouble(notice.kind) && isKeptNoLonger(change, attempts, rules);
    const hasFailed = !problem.retryable || isGivenUp;
    const pauses = { ...rules.retry, longestDelay: rules.messageDelay };
    const delay = asking.delay ?? backoff(pauses, asking.attempts ?? attempts, event.jitter);
    const noted = changedNotice(asking.change, notice.id, {
      attempts,
      problem,
      begunUntil: null,
      status: hasFailed ? "failed" : "due",
      nextAttemptAt: hasFailed ? null : after(change, delay),
    });
    // One line for a whole outage: hours of tries would bury the rest of the audit.
    const told =
      notice.problem?.code === problem.code
        ? noted
        : recorded(noted, "notice-failed", { notice: notice.id, code: problem.code }, notice.source);
    const ended = isGivenUp
      ? recorded(told, "notice-given-up", { notice: notice.id, attempts }, notice.source)
      : told;
    return hasFailed && !isForSupport(notice.kind)
      ? noticeDue(ended, undeliveredNotice(notice.id), "undelivered", notice.source, problem)
      : ended;
  });

/** What a letter was told by sources that were asked before it. */
const withHeard = (change: Change, notice: NoticeRecord, heard: readonly string[] = []): Change =>
  notice.asked != null && heard.includes(notice.asked.source) ? letterAnswered(change, notice) : change;

const waitingNoMore = (change: Change, id: string): Change => {
  const notice = change.request.notices.find((each) => each.id === id);
  return notice === undefined ? change : letterWaitsNoMore(change, notice);
};

interface Asking {
  readonly change: Change;
  /** In how many milliseconds it is asked again. Left out: as after any try. */
  readonly delay?: number;
  /** Tries in a row that the source has not answered. Left out: it is not because of a source. */
  readonly attempts?: number;
}

/** A source that is asked before a letter has not answered: from a few quick tries on that is an outage like any other. */
const askedInVain = (
  change: Change,
  id: string,
  step: SourceStep | undefined,
  event: EventOf<"notice-failed">,
  rules: Rules,
): Asking => {
  const known = change.request.notices.find((each) => each.id === id)?.asked ?? null;
  if (step === undefined) {
    const isPaused = known?.outage == null && known?.lastOutage != null;
    return { change: isPaused ? change : waitingNoMore(change, id) };
  }
  const { source } = step;
  const { problem, jitter } = event;
  const before = known?.source === source ? known : { source, attempts: 0 };
  const other = known === before ? change : waitingNoMore(change, id);
  const attempts = before.attempts + 1;
  const isLasting = attempts >= rules.retry.attempts;
  if (!isDown(problem) || !(isLasting || isOutageKnown(other, before, rules))) {
    const { lastOutage = null } = before;
    const answered = before.outage == null ? other : waitingNoMore(other, id);
    const noted = changedNotice(answered, id, { asked: { source, attempts, lastOutage } });
    const isNews = !isDown(problem) && attempts === rules.retry.attempts;
    return { change: isNews ? toldOfLetter(noted, step, problem) : noted, attempts };
  }
  const outage = outageMet(other, before, event, rules);
  const asked = { ...before, attempts, outage: toldNow(other, outage) };
  const noted = outageTried(changedNotice(other, id, { asked }), before, outage);
  return {
    change: mustBeTold(outage, change.now) ? toldOfLetter(noted, step, problem) : noted,
    delay: nextTry(outage, attempts, jitter, rules),
    attempts,
  };
};

/** What came up only at the end, such as one that somebody has sent again, is tried a few times all the same. */
const isKeptNoLonger = ({ request, now }: Change, attempts: number, rules: Rules): boolean => {
  const { endedAt } = request;
  return endedAt !== null && now >= later(endedAt, rules.undeliveredKept) && attempts >= rules.retry.attempts;
};

/** At once, whether it has failed or waits for its next try. What is out of date by now is seen before it is sent. */
export const noticeRetried = (change: Change, event: EventOf<"notice-retried">): Transition =>
  noticeIn(change, event.notice, "failed", "due").andThen((notice) => {
    if (change.request.key === "destroyed" && !isOfTrouble(notice.kind)) {
      return err(
        new NotPossibleNow("The request is over: nobody can say any more whom the message was for."),
      );
    }
    if (notice.problem === null) return err(new NotPossibleNow(`Message "${notice.id}" was not tried yet.`));
    if (notice.begunUntil != null && change.now < notice.begunUntil) {
      return err(new NotPossibleNow(`Message "${notice.id}" is being sent.`));
    }
    const told = recorded(change, "notice-retried", { notice: notice.id }, notice.source);
    // A package is made for one way of delivery: for another way it is made, and announced, anew.
    if (notice.problem.code === "package-too-large") return ok(packagedAnew(told));
    return ok(
      changedNotice(told, notice.id, {
        status: "due",
        attempts: 0,
        problem: null,
        triedAgain: true,
        ...(notice.without !== undefined && { without: [] }),
        nextAttemptAt: null,
      }),
    );
  });
