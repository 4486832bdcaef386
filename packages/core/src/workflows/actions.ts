import { earliest, type Instant, instant, later, latest } from "../instant.ts";
import { isSuspended } from "../request/deadline/deadline.ts";
import { actOf, mayGoOn } from "../request/guard.ts";
import { isFoundInDoubt } from "../request/names-to-ask-by.ts";
import { confirmationNotice, isOfTrouble, type NoticeRecord } from "../request/notices.ts";
import type { OutageNews } from "../request/outage.ts";
import { isCalledOff, isPackaged, isRestCalledOff } from "../request/phases.ts";
import type { Request } from "../request/request.ts";
import { reopensAt } from "../request/retention.ts";
import { longestPause, type Rules } from "../request/rules.ts";
import { isEverybodyAsked, isStuck, type SourceStep } from "../request/steps.ts";
import { hasTaskOut } from "../request/tasks.ts";
import { putOffUntil } from "../request/trouble.ts";
import { waitsToBeSaid } from "../request/unsaid.ts";
import { waitingOf } from "../request/waiting.ts";
import { arePackagesLeft, mayLeavePackages } from "./erase.ts";
import { mayPackage } from "./export.ts";
import { mayPlan } from "./transitions/approving.ts";
import { workflowOf } from "./workflows.ts";

/** Something that the runner has to do for a request. */
export type Action =
  | { readonly do: "send"; readonly notice: NoticeRecord }
  | { readonly do: "claim" }
  | { readonly do: "identify" | "locate" | "perform" | "verify"; readonly step: SourceStep }
  | { readonly do: "probe"; readonly step: SourceStep }
  | { readonly do: "pass-on"; readonly news: OutageNews }
  | { readonly do: "plan" }
  | { readonly do: "replan" }
  | { readonly do: "remind" }
  | { readonly do: "reopen" }
  | { readonly do: "look-at-hold" }
  | { readonly do: "package" }
  | { readonly do: "leave-packages" }
  | { readonly do: "lapse" }
  | { readonly do: "lift-suppressions" }
  | { readonly do: "finalise" };

export interface PlannedAction {
  readonly action: Action;
  /** Not before this; null for at once. */
  readonly notBefore: Instant | null;
  /** Until when it pauses beside that, because something did not get on. Left out, and null: it does not. */
  readonly pausedUntil?: Instant | null;
}

/** Everything there is to do for a request, now or later, as far as it does not wait for people. */
const plannedActions = (request: Request, rules: Rules): PlannedAction[] => {
  if (request.key === "destroyed") {
    // Ended without its key: who looks after it has to know whom nobody could tell.
    return sending(request).filter(({ action }) => needsNoKey(action));
  }
  const due = [...sending(request), ...passingOn(request)];
  if (request.phase === "closed") return [...due, ...lifting(request), ...closing(request, rules)];
  // Nothing is done for somebody of whom it is in doubt who they are (Art. 12(6) GDPR).
  if (isSuspended(request.deadline)) return due;
  const messages = [...due, ...reminding(request)];
  if (request.phase === "received") {
    return [...messages, ...lapsing(request, rules)];
  }
  const { held } = request;
  if (held !== null) {
    const looking = { action: { do: "look-at-hold" }, notBefore: null, pausedUntil: held.lookAt } as const;
    return [...messages, looking, ...(request.claims.length === 0 ? [] : working(request))];
  }
  if (request.claims.length === 0) {
    return [...messages, { action: { do: "claim" }, notBefore: null, pausedUntil: request.blockedUntil }];
  }
  return [
    ...messages,
    ...working(request),
    ...planning(request),
    ...(mayLeavePackages(request) && !arePackagesLeft(request)
      ? [{ action: { do: "leave-packages" } as const, notBefore: null }]
      : []),
    ...(mayPackage(request) ? [{ action: { do: "package" } as const, notBefore: null }] : []),
  ];
};

/** What is to be done at sources. */
const working = (request: Request): PlannedAction[] =>
  request.steps.flatMap((step): PlannedAction[] => {
    const action = actionAt(request, step);
    // Not while somebody has still to say who the person is: under another name a hold may stand.
    if (action === null || (action.do === "perform" && !isEverybodyAsked(request))) return [];
    if (action.do === "identify" && isBehindOthers(request, step)) return [];
    return [{ action, notBefore: null, pausedUntil: step.nextAttemptAt }];
  });

/**
 * A source that has never answered finds the person by what the others say of them: where these are asked once more at the same
 * moment, one of them may say that the address is theirs no more, and then whom it leads to is for somebody to decide.
 */
const isBehindOthers = (request: Request, { source, lastAsked, askedAgain }: SourceStep): boolean =>
  lastAsked === undefined &&
  askedAgain == null &&
  request.steps.some(
    (other) =>
      other.source !== source &&
      other.stage === "identify" &&
      other.askedAgain != null &&
      other.settlement === null &&
      !isStuck(other),
  );

/**
 * It lapses when nobody has confirmed it for long enough, and not before the link is over that was sent last. Whoever was
 * not asked yet, because mail is down, has not left it unanswered.
 */
const lapsing = ({ acknowledgement, notices, receivedAt }: Request, rules: Rules): PlannedAction[] => {
  const asked = notices.find(({ id }) => id === confirmationNotice(acknowledgement.issued));
  if (asked?.status === "due") return [];
  const lapsesAt = later(receivedAt, rules.acknowledgement.lapsesAfter);
  return [{ action: { do: "lapse" }, notBefore: latest(lapsesAt, acknowledgement.expiresAt) }];
};

/** Messages that are due, and that nothing keeps from going out. */
const sending = (request: Request): PlannedAction[] =>
  request.notices
    .filter((notice) => isToBeSent(request, notice))
    .map((notice) => ({ action: { do: "send", notice }, notBefore: null, pausedUntil: sentNext(notice) }));

export const isToBeSent = (request: Request, notice: NoticeRecord): boolean =>
  notice.status === "due" &&
  mayGoOn(request, actOf(notice)) &&
  (notice.kind !== "manual-task" || isEverybodyAsked(request)) &&
  !isBehindNextPackage(request, notice);

/** What it says is missing is at work by now: the next package takes its place, or it goes out once there is none. */
const isBehindNextPackage = (request: Request, notice: NoticeRecord): boolean =>
  request.phase === "collecting" && actOf(notice) === "hand-over";

/** Not while somebody is sending it, or was and has not come back yet. */
const sentNext = ({ nextAttemptAt, begunUntil = null }: NoticeRecord): Instant | null =>
  nextAttemptAt === null || begunUntil === null
    ? (nextAttemptAt ?? begunUntil)
    : latest(nextAttemptAt, begunUntil);

const passingOn = ({ outageNews = [] }: Request): PlannedAction[] =>
  outageNews.map((news) => ({ action: { do: "pass-on", news }, notBefore: null }));

const reminding = ({ deadline }: Request): PlannedAction[] =>
  deadline.reminders.slice(0, 1).map((notBefore) => ({ action: { do: "remind" }, notBefore }));

/** A plan is made once everything is counted; one that nobody approves in time is made anew. */
const planning = (request: Request): PlannedAction[] => {
  if (mayPlan(request)) return [{ action: { do: "plan" }, notBefore: null }];
  const { approval, phase } = request;
  return phase === "planned" && approval?.state === "waiting"
    ? [{ action: { do: "replan" }, notBefore: approval.expiresAt }]
    : [];
};

const stepAction = (request: Request, step: SourceStep): Action | null => {
  // A warning without a next attempt is for people.
  if (step.settlement !== null || (step.status === "warning" && step.nextAttemptAt === null)) return null;
  if (isPackaged(request.phase) && step.status === "warning") {
    // It has gone on without the source: the package is made anew once that answers, and not for each try in vain.
    return step.outage == null ? null : { do: "probe", step };
  }
  const workflow = workflowOf(request.kind);
  switch (step.stage) {
    case "identify":
      return { do: "identify", step };
    case "locate":
      // Not before everybody was asked who this is: a count under half the names would mislead.
      return request.phase === "acknowledged" || isFoundInDoubt(request, step)
        ? null
        : { do: "locate", step };
    case "perform":
      return !isInDoubt(request, step) && workflow.mayPerform(request, step) ? { do: "perform", step } : null;
    case "verify":
      return !isInDoubt(request, step) && workflow.mayVerify(request, step) ? { do: "verify", step } : null;
    case "done":
      return null;
  }
};

/**
 * What is to be done at a source. Whatever its work waits for, a hold, an owner, somebody who says whose a name is, another
 * source: one that is down is asked whether it answers again, so that nobody is told of an outage that is over.
 */
const actionAt = (request: Request, step: SourceStep): Action | null => {
  const action = stepAction(request, step);
  const isKept = action?.do === "perform" && (request.held !== null || waitsToBeSaid(request, step));
  if (action !== null && !isKept) return action;
  return isOutToBeTried(request, step) ? { do: "probe", step } : null;
};

/** By a name of which somebody has still to say whose it is, it is asked nothing. */
const isOutToBeTried = (request: Request, step: SourceStep): boolean =>
  step.status === "warning" &&
  step.outage != null &&
  step.nextAttemptAt !== null &&
  step.settlement === null &&
  !isFoundInDoubt(request, step);

/**
 * What a source finds may be of whoever it has told of last, and what is found by an address of whoever has that: nothing is
 * done there before somebody has said who that is.
 */
const isInDoubt = (request: Request, step: SourceStep): boolean =>
  isFoundInDoubt(request, step) ||
  request.decisions.some((decision) => decision.source === step.source && decision.answer === null);

/** Whether the request is one that tries this source as long as it is down. */
export const canLookAfter = (request: Request, step: SourceStep): boolean =>
  request.phase !== "closed" &&
  request.claims.length > 0 &&
  !isSuspended(request.deadline) &&
  actionAt(request, step) !== null;

/** The same of one that tries it by a letter. */
export const canLookAfterBy = (request: Request, notice: NoticeRecord): boolean =>
  request.key !== "destroyed" && isToBeSent(request, notice) && mayGoOn(request, "find");

/** The sources whose outage the request looks after. */
export const lookedAfterBy = (request: Request): string[] => {
  const byWork = request.steps
    .filter((step) => step.outage?.role === "looks-after" && canLookAfter(request, step))
    .map(({ source }) => source);
  const byLetter = request.notices.flatMap((notice) =>
    notice.asked?.outage?.role === "looks-after" && canLookAfterBy(request, notice)
      ? [notice.asked.source]
      : [],
  );
  return [...new Set([...byWork, ...byLetter])];
};

/**
 * Whoever has called it off is kept out by nothing, and erased by no replay; and of whom the rest was called off, no replay
 * erases it: that waits for no letter.
 */
const lifting = (request: Request): PlannedAction[] =>
  request.kind === "erasure" &&
  (isCalledOff(request.outcome) || isRestCalledOff(request)) &&
  request.steps.length > 0 &&
  request.suppressionsLifted !== true
    ? [{ action: { do: "lift-suppressions" }, notBefore: null }]
    : [];

/** The key goes when nothing more is due under it: no message, no package, nothing that is erased when its day comes. */
const closing = (request: Request, rules: Rules): PlannedAction[] => {
  const { notices } = request;
  const { endedAt } = request;
  const reopens = reopensAt(request);
  if (reopens !== null) return [{ action: { do: "reopen" }, notBefore: reopens }];
  // What is told of trouble needs no key, and may have to wait for longer than that may be kept.
  const isSending = sending(request).some(({ action }) => !needsNoKey(action));
  if (endedAt === null || isSending || passingOn(request).length > 0) return [];
  // What an owner did who was asked is still to be told to those whom it concerns.
  const undelivered = notices.some(({ status }) => status === "failed") || hasTaskOut(request);
  const expiresAt = (mayGoOn(request, "hand-over") ? request.package?.expiresAt : null) ?? null;
  const keptUntil = undelivered ? later(endedAt, rules.undeliveredKept) : null;
  const notBefore =
    expiresAt !== null && keptUntil !== null ? latest(expiresAt, keptUntil) : (expiresAt ?? keptUntil);
  return [{ action: { do: "finalise" }, notBefore }];
};

/** The last that is done with what sources said: behind it the request is closed, or handed out. */
export const isLast = ({ do: what }: Action): boolean => what === "leave-packages" || what === "package";

/** What an action works on: two of the same are not done side by side. */
export const workOf = (action: Action): string => {
  switch (action.do) {
    case "send":
      return sendingOf(action.notice);
    case "identify":
    case "locate":
    case "perform":
    case "verify":
    case "probe":
      return workAt(action.step.source);
    case "pass-on":
      return `pass on ${action.news.news} ${action.news.source}`;
    default:
      return action.do;
  }
};

export const workAt = (source: string): string => `work ${source}`;
export const sendingOf = ({ id }: Pick<NoticeRecord, "id">): string => `send ${id}`;

/** Whether a work is to be done, now or later. */
export const isPlanned = (request: Request, work: string, rules: Rules): boolean =>
  plannedActions(request, rules).some(({ action }) => workOf(action) === work);

/** Telling of trouble: nothing that it takes is personal. */
export const needsNoKey = (action: Action): boolean =>
  action.do === "send" && isOfTrouble(action.notice.kind);

/** Work that is in trouble is put off; only telling of it is not. */
const putOff = (request: Request, planned: PlannedAction): PlannedAction => {
  const { action, pausedUntil = null } = planned;
  if (needsNoKey(action)) return planned;
  const until = putOffUntil(request, workOf(action));
  return until === null ? planned : { ...planned, pausedUntil: latest(pausedUntil ?? until, until) };
};

const actions = (request: Request, rules: Rules): PlannedAction[] =>
  plannedActions(request, rules).map((planned) => putOff(request, planned));

export const dueActions = (request: Request, rules: Rules, now: Instant): Action[] => {
  const due = actions(request, rules)
    .filter(
      ({ notBefore, pausedUntil = null }) =>
        (notBefore === null || notBefore <= now) && !isPausing(pausedUntil, rules, now),
    )
    .map(({ action }) => action);
  // What it says is kept is about to be erased: the letter behind that says so.
  const isOpening = due.some((action) => action.do === "reopen");
  return due.filter((action) => !(isOpening && action.do === "send" && action.notice.kind === "completion"));
};

/** Whether a pause is not over. One that is longer than any was stored by a clock that ran ahead. */
export const isPausing = (until: Instant | null, rules: Rules, now: Instant): boolean =>
  until !== null && until > now && until <= later(now, longestPause(rules));

/** Due for every clock, also for one that was set back since the request was last changed. */
const atOnce: Instant = instant(new Date(0));

/** When the request has to be looked at next; null where it waits for people, or is over. */
export const wakeAt = (request: Request, rules: Rules): Instant | null =>
  earliest(
    actions(request, rules).map(({ notBefore, pausedUntil = null }) =>
      latest(notBefore ?? atOnce, pausedUntil ?? atOnce),
    ),
  );

/**
 * Whether an open request neither has anything to do, now or later, nor waits for anybody. To be reminded of is not to be
 * done, and its own trouble is nobody whom it waits for.
 */
export const isForgotten = (request: Request, rules: Rules): boolean =>
  request.phase !== "closed" &&
  request.key !== "destroyed" &&
  plannedActions(request, rules).every(({ action }) => action.do === "remind") &&
  waitingOf(request).every((waiting) => waiting.for === "work");
