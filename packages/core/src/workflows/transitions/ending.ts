import { NotPossibleNow } from "../../errors.ts";
import { unknownActorId } from "../../request/actor.ts";
import {
  type Change,
  changed,
  changedNotice,
  changedSteps,
  closed,
  noticeDue,
  recorded,
} from "../../request/change.ts";
import { refusalNotice, undeliveredNotice } from "../../request/notices.ts";
import { isRetaining, reopensAt } from "../../request/retention.ts";
import { isResolved, type SourceStep } from "../../request/steps.ts";
import { everything, isKeyLost, troublesOf } from "../../request/trouble.ts";
import { err, ok, type Result } from "../../result.ts";
import { concluded } from "../erase.ts";
import type { EventOf } from "./events.ts";

type Ending = EventOf<"declined" | "cancelled">;

/** Somebody ends the request, with a reason. */
export const end = (change: Change, event: Ending): Result<Change, NotPossibleNow> => {
  const { phase, reopened } = change.request;
  if (phase === "closed") return dutiesGivenUp(change, event);
  // Whether a source that is at work right now gets to its end, nobody can say.
  const interrupted = changedSteps(change, (step) =>
    step.status === "running"
      ? { status: "warning", problem: { code: "interrupted", retryable: false }, nextAttemptAt: null }
      : null,
  );
  const withReason = changed(interrupted, { reason: event.reason });
  return ok(reopened > 0 ? restEnded(withReason, event) : allEnded(withReason, event));
};

const allEnded = (change: Change, event: Ending): Change => {
  const ended = closed(change, event.type);
  if (event.type !== "declined") return ended;
  // Who asked has a right to the reasons (Art. 12(4) GDPR).
  const told = noticeDue(ended, refusalNotice, "refusal");
  if (ended.request.key === "live") return told;
  // Without the key nobody knows any more whom to tell, and that shows.
  const problem = { code: "key-lost", retryable: false } as const;
  const failed = changedNotice(told, refusalNotice, { status: "failed", problem });
  const shown = recorded(failed, "notice-failed", { notice: refusalNotice, code: problem.code });
  // Somebody has to tell them in another way.
  return noticeDue(shown, undeliveredNotice(refusalNotice), "undelivered", null, problem);
};

/**
 * Of a request that was opened again only the rest can be called off: what was done before stays done, and what was told
 * of it stays true. What is not done now is as if a person had closed each of its sources, and is told like that.
 */
const restEnded = (change: Change, event: Ending): Change => {
  const settled = changedSteps(recorded(change, event.type), (step) => {
    if (step.settlement !== null) return { keepsOn: false };
    const before = change.request.closedBefore?.steps.find(({ source }) => source === step.source);
    if (step.onlyAsked === true && before !== undefined && !isRetaining(change.request, step))
      return asBefore(step, before);
    return isResolved(step) && !isRetaining(change.request, step) ? null : closedByHand(change, event);
  });
  return settled.request.key === "live"
    ? concluded(settled, "completed-with-exceptions")
    : closed(settled, "completed-with-exceptions");
};

/** Whoever was not asked once more is as they were. */
const asBefore = (step: SourceStep, before: SourceStep): Partial<SourceStep> | null =>
  isResolved(step)
    ? null
    : {
        stage: before.stage,
        status: before.status,
        checked: before.checked,
        left: before.left ?? [],
        attempts: 0,
        nextAttemptAt: null,
        problem: null,
        triedAgain: false,
      };

const closedByHand = (change: Change, { reason }: Ending): Partial<SourceStep> => ({
  status: "warning",
  nextAttemptAt: null,
  settlement: { reason, by: change.actor, at: change.at },
  keepsOn: false,
});

/**
 * A closed request whose key is lost cannot be opened again for what it has kept, and one whose person nobody recognises any
 * more keeps the tenant from getting another key. Whoever sees to that in another way says so, and then nothing more is due
 * under it.
 */
const dutiesGivenUp = (change: Change, event: Ending): Result<Change, NotPossibleNow> =>
  mayGiveUpDuties(change) && reopensAt(change.request) !== null
    ? ok(
        withoutDuty(
          changedSteps(recorded(changed(change, { reason: event.reason }), event.type), (step) =>
            isRetaining(change.request, step) ? closedByHand(change, event) : null,
          ),
        ),
      )
    : err(new NotPossibleNow("The request is closed."));

/** Whether its own key is lost, or that of its tenant, by which even who gives it up cannot be told. */
export const mayGiveUpDuties = ({ request, actor }: Change): boolean =>
  isKeyLost(request) || actor === unknownActorId;

/** Where nothing is to be opened again for any more, a key that is lost is no trouble. */
export const withoutDuty = (change: Change): Change =>
  change.request.phase === "closed" && reopensAt(change.request) === null
    ? changed(change, { troubles: troublesOf(change.request).filter(({ work }) => work !== everything) })
    : change;
