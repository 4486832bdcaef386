import type { Instant } from "../instant.ts";
import { isOverdue } from "./deadline/deadline.ts";
import { isFoundInDoubt } from "./names-to-ask-by.ts";
import { isKeptBack, keptBackBy, type NoticeRecord, quickTries } from "./notices.ts";
import type { Problem, ProblemCode } from "./problems.ts";
import type { Request } from "./request.ts";
import type { StandingKind, Standings } from "./standings.ts";
import { isResolved, isStuck, type SourceStep } from "./steps.ts";
import { troublesOf } from "./trouble.ts";

/** What a request waits for that does not come by itself. */
export type Waiting =
  | { readonly for: "acknowledgement"; readonly until: Instant }
  | {
      readonly for: "other-request";
      readonly requestId: string;
      /** What that one waits for itself. Left out: nothing, it is at work; or it is a sweep. */
      readonly waitsFor?: readonly StandingKind[];
    }
  | {
      readonly for: "decision";
      readonly decision: string;
      readonly source: string;
      readonly identifierType: string;
      /** How many further records of the source are found by it. Left out: nobody counted. */
      readonly others?: number;
    }
  /** With a source: a hold on somebody else, who would be lost where this copy is filled anew; the rest goes on. */
  | { readonly for: "hold"; readonly hold: string; readonly source?: string }
  | { readonly for: "identity"; readonly since: Instant }
  | { readonly for: "approval"; readonly plan: string; readonly until: Instant }
  | { readonly for: "task"; readonly source: string }
  | { readonly for: "source"; readonly source: string; readonly problem: ProblemCode }
  /** Work of the library itself, which is no source's matter and no person's. */
  | {
      readonly for: "work";
      readonly work: string;
      readonly problem: ProblemCode;
      readonly since: Instant;
      /** The sweep whose record cannot be read, where the problem is `damaged` and it is a sweep's. */
      readonly sweep?: string;
      /** The same of a hold. */
      readonly hold?: string;
    }
  | { readonly for: "message"; readonly message: string; readonly problem: ProblemCode };

/**
 * Without its key nobody can send anything any more, and the request's messages still show what was given up. As long as the
 * support contact was not told of it, nobody knows that the person has got no answer: that letter is waited for.
 */
const untold = ({ notices }: Request): Waiting[] =>
  notices.flatMap(({ id, kind, status, problem, about }): Waiting[] => {
    const { code } = problem ?? about ?? {};
    return kind === "undelivered" && (status === "due" || status === "failed") && code !== undefined
      ? [{ for: "message", message: id, problem: code }]
      : [];
  });

const awaitedApproval = ({ approval }: Request): Waiting[] =>
  approval?.state === "waiting" && approval.plan !== null && approval.expiresAt !== null
    ? [{ for: "approval", plan: approval.plan, until: approval.expiresAt }]
    : [];

export const waitingOf = (request: Request): Waiting[] => [...ownTroubles(request), ...outsideOf(request)];

const ownTroubles = (request: Request): Waiting[] =>
  troublesOf(request).map(({ work, problem, since }) => ({
    for: "work",
    work,
    problem: problem.code,
    since,
    ...(problem.sweep !== undefined && { sweep: problem.sweep }),
    ...(problem.hold !== undefined && { hold: problem.hold }),
  }));

/** The request of the person that goes first; null where it waits for none. */
export const otherRequest = ({
  waitingFor,
  otherWaitsFor = [],
}: Request): Extract<Waiting, { for: "other-request" }> | null =>
  waitingFor === null
    ? null
    : {
        for: "other-request",
        requestId: waitingFor,
        ...(otherWaitsFor.length > 0 && { waitsFor: otherWaitsFor }),
      };

const openDecisions = ({ decisions }: Request): Waiting[] =>
  decisions
    .filter(({ answer }) => answer === null)
    .map(({ id, source, type, others }) => ({
      for: "decision",
      decision: id,
      source,
      identifierType: type,
      ...(others !== undefined && { others }),
    }));

const outsideOf = (request: Request): Waiting[] => {
  const suspended = request.deadline.suspensions.find(({ until }) => until === null);
  const undelivered = [
    ...request.notices.flatMap((notice): Waiting[] =>
      notice.status === "failed" && notice.problem !== null
        ? [{ for: "message", message: notice.id, problem: notice.problem.code }]
        : [],
    ),
    // Letters before which a source has to be asked.
    ...keptBackBy(request.notices).map((each) => ({ for: "source", ...each }) as const),
  ];
  if (request.phase === "closed") return request.key === "destroyed" ? untold(request) : undelivered;
  // A person may answer it whatever else the request waits for.
  const decisions = openDecisions(request);
  if (suspended !== undefined)
    return [{ for: "identity", since: suspended.from }, ...decisions, ...undelivered];
  if (request.phase === "received") {
    return [{ for: "acknowledgement", until: request.acknowledgement.expiresAt }, ...undelivered];
  }
  const other = otherRequest(request);
  if (other !== null) return [other, ...decisions, ...undelivered];
  const steps = request.steps.flatMap((step): Waiting[] => {
    if (step.heldBy != null && step.stage === "perform" && step.settlement === null) {
      return [{ for: "hold", hold: step.heldBy, source: step.source }];
    }
    // Nobody asks one that is down by a name that may be somebody else's: that waits for the decision.
    const isUntried = step.outage != null && isFoundInDoubt(request, step);
    if (isStuck(step) && step.problem !== null && !isUntried) {
      return [{ for: "source", source: step.source, problem: step.problem.code }];
    }
    return step.manual !== null && step.manual.answer === null && step.settlement === null
      ? [{ for: "task", source: step.source }]
      : [];
  });
  const isSaid = (waiting: Waiting) => steps.some((each) => nameOf(each) === nameOf(waiting));
  return [
    ...(request.held === null ? [] : [{ for: "hold", hold: request.held.by } as const]),
    ...awaitedApproval(request),
    ...decisions,
    ...steps,
    ...undelivered.filter((waiting) => !isSaid(waiting)),
  ];
};

/** Each that it stands at now, and how each is known from one commit to the next. */
const standingAt = (
  request: Request,
  now: Instant,
  isTried: (step: SourceStep) => boolean,
): (readonly [key: string, kind: StandingKind, other?: string | undefined])[] => {
  const isAsking = ({ status, asked }: NoticeRecord) =>
    status === "due" && asked != null && (asked.attempts > 0 || asked.triedAgain === true);
  const asking = request.notices.filter((notice) => isAsking(notice) && !isKeptBack(notice));
  const tried = request.notices.filter(
    (notice, index) =>
      !isAsking(notice) &&
      (notice.triedAgain === true || (notice.problem !== null && notice.attempts >= quickTries)) &&
      (notice.status === "due" || isToBeMadeAnew(request, notice, index)),
  );
  const isOpen = request.phase !== "closed";
  const unsettled = isOpen ? request.steps.filter((step) => !isResolved(step) && !isStuck(step)) : [];
  const retried = unsettled.filter((step) => isUnsolved(step) && isTried(step));
  // In between two tries: that it is over, only the last check can say.
  const told = unsettled.filter((step) => !retried.includes(step) && isInDoubt(step));
  const isLate = isOpen && request.reopened === 0 && isOverdue(request.deadline, now);
  return [
    // The same key as while it is stuck: what is tried again is the same trouble, and less than to be stuck.
    ...asking.map(({ asked }) => [`source ${asked?.source}`, "retry"] as const),
    ...retried.map(({ source }) => [`source ${source}`, "retry"] as const),
    ...waitingOf(request).map((waiting) => {
      const failed = request.notices.find(({ id }) => waiting.for === "message" && id === waiting.message);
      return [nameOf(waiting), waiting.for, failed && deliveryOf(failed)] as const;
    }),
    // Given up before, and sent again by somebody, it is one trouble.
    ...tried.map((notice) => [deliveryOf(notice), "delivery", `message ${notice.id}`] as const),
    ...told.map(({ source }) => [`source ${source}`, "retry"] as const),
    ...(isLate ? [["deadline", "deadline"] as const] : []),
  ];
};

const deliveryOf = ({ kind, source }: NoticeRecord): string => `delivery ${kind} ${source ?? ""}`;

/** Whether it has failed, and has not worked since: that somebody has it tried once more ends no trouble. */
const isUnsolved = ({ problem, attempts, outage, triedAgain = false }: SourceStep): boolean =>
  triedAgain || outage != null || (problem !== null && attempts > 0);

/** The person was there again after an erasure, and may be after the next one: support was told of it, and not that it is over. */
const isInDoubt = ({ alertedOf, wasThere = false }: SourceStep): boolean =>
  alertedOf === "still-present" || wasThere;

/**
 * What is amiss at a source, also in between two tries of an erasure that did not last. Whatever `health` counts of a source
 * is shown of it in its request.
 */
export const troubleAt = (step: SourceStep): Problem | null =>
  step.problem ?? (!isResolved(step) && isInDoubt(step) ? { code: "still-present", retryable: true } : null);

/** One that is too late is made anew, and goes out in place of the one that did not: it is one outage. */
const isToBeMadeAnew = ({ phase, notices }: Request, notice: NoticeRecord, index: number): boolean =>
  notice.status === "withdrawn" &&
  notice.kind === "delivery" &&
  phase !== "closed" &&
  !notices.slice(index + 1).some(({ kind }) => kind === notice.kind);

/** Without what changes while it stays the same trouble: one outage has several problems, one after the other. */
const nameOf = (waiting: Waiting): string => {
  const {
    until: _,
    since: __,
    waitsFor: ___,
    problem: ____,
    sweep: _____,
    ...named
  } = { until: null, since: null, waitsFor: [], problem: null, sweep: null, ...waiting };
  return Object.values(named).join(" ");
};

/**
 * @param before as it was stored last; what it stood at then it stands at since then
 * @param now by the clock as it is: the request may have been changed by one that ran ahead
 * @param isTried whether a try of a step comes by itself: what waits for somebody is not tried meanwhile, and is no trouble
 */
export const standingsOf = (
  before: Request | null,
  next: Request,
  now: Instant,
  isTried: (step: SourceStep) => boolean,
): Standings =>
  Object.fromEntries(
    standingAt(next, now, isTried).map(([key, kind, other = key]) => {
      const { [key]: same, [other]: earlier = same } = before?.standings ?? {};
      const since = (same ?? earlier)?.since ?? now;
      return [key, { for: kind, since: since < now ? since : now }];
    }),
  );
