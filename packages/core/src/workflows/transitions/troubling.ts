import { NotPossibleNow } from "../../errors.ts";
import { after, type Change, changed, noticeDue, recorded } from "../../request/change.ts";
import { troubleNotice } from "../../request/notices.ts";
import { backoff, type Rules, spread } from "../../request/rules.ts";
import { type Trouble, troublesOf } from "../../request/trouble.ts";
import { err, ok, type Result } from "../../result.ts";
import type { EventOf } from "./events.ts";

/** Put off, shown, and told once the quick tries are used up; at once where more of them cannot help. */
export const workFailed = (change: Change, event: EventOf<"work-failed">, { retry }: Rules): Change => {
  const { work, problem, jitter } = event;
  const before = troublesOf(change.request).find((trouble) => trouble.work === work);
  const attempts = (before?.attempts ?? 0) + 1;
  const isForGood = !problem.retryable || attempts >= retry.attempts;
  const delay = isForGood ? spread(retry.outageDelay, jitter) : backoff(retry, attempts, jitter);
  const isTold = before?.isTold === true && before.problem.code === problem.code;
  const trouble: Trouble = {
    work,
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
  const left = others(change, event.work);
  return left.length === troublesOf(change.request).length
    ? err(new NotPossibleNow("This work was in no trouble."))
    : ok(recorded(changed(change, { troubles: left }), "work-resumed", { work: event.work }));
};

const others = ({ request }: Change, work: string): Trouble[] =>
  troublesOf(request).filter((trouble) => trouble.work !== work);
