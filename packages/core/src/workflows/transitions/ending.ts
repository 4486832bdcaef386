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
import { mayHaveErased } from "../../request/cut-short.ts";
import { againNotice, completionNotice, refusalNotice, undeliveredNotice } from "../../request/notices.ts";
import { isRetaining, reopensAt } from "../../request/retention.ts";
import { isPerformed, isResolved, type SourceStep } from "../../request/steps.ts";
import { everything, isKeyLost, troublesOf } from "../../request/trouble.ts";
import { err, ok, type Result } from "../../result.ts";
import { concluded, recipientsDue } from "../erase.ts";
import { openedForItsDay } from "./closing.ts";
import type { EventOf } from "./events.ts";

type Ending = EventOf<"declined" | "cancelled">;

/** Somebody ends the request, with a reason. */
export const end = (change: Change, event: Ending): Result<Change, NotPossibleNow> => {
  const { phase, reopened } = change.request;
  if (phase === "closed")
    return mayGiveUpDuties(change)
      ? dutiesGivenUp(change, event)
      : openedForItsDay(change).map((opened) => restEnded(changed(opened, { reason: event.reason }), event));
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
  const told = recipientsDue(personDue(ended));
  return ended.request.key === "live" ? told : sentByNobody(ended, told);
};

/**
 * Who asked has a right to the reasons (Art. 12(4) GDPR), and to hear what was done until then (Art. 12(3)): what was erased
 * stays erased, also where the rest was called off.
 */
const personDue = (ended: Change): Change => {
  if (ended.request.outcome === "declined") return noticeDue(ended, refusalNotice, "refusal");
  return mayHaveErased(ended.request)
    ? noticeDue(ended, completionNotice(ended.request.reopened), "completion")
    : ended;
};

/**
 * Of a closed erasure it is told what has turned out since to be erased: to recipients of it, and to the person once more, where
 * they have the letter that says how it ended.
 */
export const toldAgain = (change: Change): Change => {
  const { notices, key } = change.request;
  const last = notices.findLast(({ kind }) => kind === "refusal" || kind === "completion");
  const told = recipientsDue(
    last !== undefined && (last.status === "sent" || last.begunUntil != null)
      ? noticeDue(change, againNotice(last.id, notices.length), last.kind)
      : personDue(change),
  );
  return key === "live" ? told : sentByNobody(change, told);
};

/** Without the key nobody knows any more whom to tell, and that shows: somebody has to tell them in another way. */
const sentByNobody = (before: Change, told: Change): Change => {
  const problem = { code: "key-lost", retryable: false } as const;
  const letters = told.request.notices.filter(({ id }) =>
    before.request.notices.every((each) => each.id !== id),
  );
  return letters.reduce((showing, { id, source }) => {
    const failed = changedNotice(showing, id, { status: "failed", problem });
    const shown = recorded(failed, "notice-failed", { notice: id, code: problem.code }, source);
    return noticeDue(shown, undeliveredNotice(id), "undelivered", source, problem);
  }, told);
};

/**
 * Of a request that was opened again only the rest can be called off: what was done before stays done, and what was told
 * of it stays true. What is not done now, and whoever was asked and has not answered, is as if a person had closed each of its
 * sources, and is told like that. Whoever was to be asked once more, and was not yet, is as they were.
 */
const restEnded = (change: Change, event: Ending): Change => {
  const settled = changedSteps(recorded(change, event.type, { reason: event.reason }), (step) => {
    if (step.settlement !== null) return { keepsOn: false };
    if (isResolved(step)) return null;
    if (isSilent(step)) return closedByHand(change, event);
    const before = change.request.closedBefore?.steps.find(({ source }) => source === step.source);
    if (step.onlyAsked === true && before !== undefined) return asBefore(before);
    return isPerformed(step) ? withoutLastLook(step) : closedByHand(change, event);
  });
  const told = concluded(settled, "completed-with-exceptions");
  return settled.request.key === "live" ? told : sentByNobody(settled, told);
};

/** It was asked, and has not answered, or what it answered did not last: also where somebody has had it tried again since. */
const isSilent = ({ problem, outage, triedAgain = false, wasThere = false }: SourceStep): boolean =>
  problem !== null || outage != null || triedAgain || wasThere;

const asBefore = ({ stage, status, checked, left = [] }: SourceStep): Partial<SourceStep> => ({
  ...{ stage, status, checked, left },
  attempts: 0,
  nextAttemptAt: null,
});

/** What it has erased in this round it has, and whether it looked at once whether that worked. */
const withoutLastLook = ({ checked }: SourceStep): Partial<SourceStep> => ({
  stage: "done",
  status: "succeeded",
  checked: checked === true,
});

const closedByHand = (change: Change, { reason }: Ending): Partial<SourceStep> => ({
  status: "warning",
  nextAttemptAt: null,
  settlement: { reason, by: change.actor, at: change.now },
  keepsOn: false,
});

/**
 * A closed request whose key is lost cannot be opened again for what it has kept, and one whose person nobody recognises any
 * more keeps the tenant from getting another key. Whoever sees to that in another way says so, and then nothing more is due
 * under it.
 */
const dutiesGivenUp = (change: Change, event: Ending): Result<Change, NotPossibleNow> =>
  reopensAt(change.request) !== null
    ? ok(
        withoutDuty(
          changedSteps(
            recorded(changed(change, { reason: event.reason }), event.type, { reason: event.reason }),
            (step) => (isRetaining(change.request, step) ? closedByHand(change, event) : null),
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
