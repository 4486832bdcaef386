import { NotPossibleNow } from "../../errors.ts";
import { after, type Change, changed, noticeDue, recorded } from "../../request/change.ts";
import { troubleNotice } from "../../request/notices.ts";
import type { Request } from "../../request/request.ts";
import { backoff, type Rules, spread } from "../../request/rules.ts";
import {
  everything,
  getsOnBy,
  isHeld,
  lookingAtHold,
  type Trouble,
  troublesOf,
} from "../../request/trouble.ts";
import { err, ok, type Result } from "../../result.ts";
import { isPlanned, sendingOf, workAt } from "../actions.ts";
import type { EventOf } from "./events.ts";

/** Put off, shown, and told once the quick tries are used up; at once where more of them cannot help. */
export const workFailed = (change: Change, event: EventOf<"work-failed">, { retry }: Rules): Change => {
  const { work, doing, problem, jitter } = event;
  const before = troublesOf(change.request).find((trouble) => trouble.work === work);
  const attempts = (before?.attempts ?? 0) + 1;
  const isForGood = !problem.retryable || attempts >= retry.attempts;
  const delay = isForGood ? spread(retry.outageDelay, jitter) : backoff(retry, attempts, jitter);
  const isTold = troublesOf(change.request).some(
    (trouble) =>
      trouble.isTold &&
      trouble.problem.code === problem.code &&
      // One key is lost, whatever needs it.
      (trouble.work === work || problem.code === "key-lost"),
  );
  const trouble: Trouble = {
    work,
    ...(doing !== undefined && { doing }),
    problem,
    since: before?.since ?? change.at,
    attempts,
    nextAttemptAt: after(change, delay),
    isTold: isTold || isForGood,
  };
  const noted = changed(change, { troubles: [...others(change, work), trouble] });
  // One line, and one letter, for as long as it lasts.
  const isNews = before?.problem.code !== problem.code;
  const told = isNews ? recorded(noted, "work-failed", { work, code: problem.code }) : noted;
  if (isTold || !isForGood) return told;
  const letters = change.request.notices.filter(({ kind }) => kind === "trouble").length;
  return noticeDue(told, troubleNotice(letters + 1), "trouble", null, problem);
};

/** It gets on again. */
export const workDone = (change: Change, event: EventOf<"work-done">): Result<Change, NotPossibleNow> => {
  const { work, doing } = event;
  return troublesOf(change.request).some((trouble) => trouble.work === work && getsOnBy(trouble, doing))
    ? ok(resumed(change, work))
    : err(new NotPossibleNow("This work was in no trouble."));
};

const resumed = (change: Change, work: string): Change =>
  recorded(changed(change, { troubles: others(change, work) }), "work-resumed", { work });

/**
 * Nobody could do anything about the trouble of work that is not to be done any more: of a source that is done with, or that
 * a person has closed, of a message that is none any more, of a request that is over.
 */
export const withoutOverTroubles = (change: Change, rules: Rules): Change =>
  troublesOf(change.request).reduce((left, { work }) => {
    if (hasGotOn(left.request, work)) return resumed(left, work);
    return isOver(left.request, work, rules) ? changed(left, { troubles: others(left, work) }) : left;
  }, change);

const hasGotOn = ({ steps, notices }: Request, work: string): boolean =>
  steps.some((step) => workAt(step.source) === work && step.stage === "done" && step.settlement === null) ||
  notices.some((notice) => sendingOf(notice) === work && notice.status === "sent");

const isOver = (request: Request, work: string, rules: Rules): boolean => {
  if (work === everything) return request.key === "destroyed";
  if (work === lookingAtHold) return !isHeld(request);
  if (request.phase === "closed") return !isPlanned(request, work, rules);
  return (
    request.steps.some((step) => workAt(step.source) === work && step.settlement !== null) ||
    request.notices.some((notice) => sendingOf(notice) === work && notice.status !== "due")
  );
};

const others = ({ request }: Change, work: string): Trouble[] =>
  troublesOf(request).filter((trouble) => trouble.work !== work);
