import { NotPossibleNow } from "../../errors.ts";
import type { Instant } from "../../instant.ts";
import { plannedAnew } from "../../request/approval.ts";
import { type Change, changed, changedSteps, recorded, withdrawn } from "../../request/change.ts";
import { gradesOf } from "../../request/grades.ts";
import { datedAll } from "../../request/left-before.ts";
import { placeBehind } from "../../request/line.ts";
import { hasEnded, keptCollections, reopensAt } from "../../request/retention.ts";
import { err, ok, type Result } from "../../result.ts";
import { stageAfterIdentifying } from "../workflow.ts";
import type { EventOf } from "./events.ts";
import { begunAgain } from "./reopening.ts";

/**
 * The key is destroyed: what was personal cannot be read any more, and the package is gone. Of several who destroyed it at
 * the same moment, one says so.
 */
export const finalise = (change: Change): Result<Change, NotPossibleNow> =>
  change.request.key === "destroyed"
    ? err(new NotPossibleNow("The key is destroyed already."))
    : ok(recorded(changed(change, { key: "destroyed", confidential: null }), "key-destroyed"));

/**
 * A duty to keep something has ended: the request is opened again for just that part, and for the copies that were
 * filled from it, and goes the same way as before. Everybody else is only asked what they hold: whoever has become a
 * customer again meanwhile has not asked for that to be erased. A letter about the end before, that nobody has got yet, is not
 * sent any more.
 */
export const reopen = (
  change: Change,
  { lastPlace }: Pick<EventOf<"retention-ended">, "lastPlace">,
): Result<Change, NotPossibleNow> => {
  const { request } = change;
  const reopens = reopensAt(request);
  if (reopens === null || request.key === "destroyed" || change.now < reopens) {
    return err(new NotPossibleNow("Nothing that was kept has to be erased now."));
  }
  const ended = request.steps
    .filter((step) => hasEnded(request, step, change.now))
    .map(({ source }) => source);
  const again = changed(change, {
    ...(request.outcome !== null && {
      closedBefore: {
        outcome: request.outcome,
        steps: request.steps,
        grades: gradesOf(request),
        decisions: request.decisions.length,
      },
    }),
    phase: "acknowledged",
    outcome: null,
    closedAt: null,
    endedAt: null,
    reopened: request.reopened + 1,
    // Whoever was acknowledged meanwhile, and waits, goes first: nobody's copy is emptied because a day has come.
    place: placeBehind(lastPlace, change.at),
    putFirst: null,
    approval: request.approval && plannedAnew(request.approval),
    // The answer was given in time; this is a duty of its own.
    deadline: { ...request.deadline, reminders: [] },
  });
  // What it would say is of the end that is over; the next one has the figures of all rounds.
  const untold = withdrawn(again, ({ kind }) => kind === "completion");
  const begun = changedSteps(datedSteps(untold, request.closedAt ?? change.at), (step) => {
    const isDue = ended.includes(step.source);
    if ((step.settlement !== null && !isDue) || stageAfterIdentifying(step) === "done") return null;
    const work = {
      ...begunAgain(step, "locate"),
      onlyAsked: false,
      // A person has closed the rest by hand, and that stays said.
      ...(step.settlement !== null && {
        attempts: 0,
        settlement: null,
        keepsOn: false,
        settledBefore: step.settlement,
      }),
    };
    // A copy is filled anew as a whole.
    if (isDue && step.task !== "refresh") return { ...work, part: keptCollections(step) };
    return isDue || step.after.some((origin) => ended.includes(origin))
      ? work
      : { ...begunAgain(step, "verify"), onlyAsked: true };
  });
  return ok(recorded(begun, "reopened", { sources: ended.length }));
};

/**
 * A closed request whose day has come, and that nobody has opened yet: it is opened with what somebody says of it. Nobody works
 * over a restored backup, and what was said since has to be said again before somebody does.
 */
export const openedForItsDay = (change: Change): Result<Change, NotPossibleNow> =>
  change.request.phase === "closed"
    ? reopen(change, { lastPlace: null }).mapErr(() => new NotPossibleNow("The request is closed."))
    : ok(change);

/** What stayed as somebody else's too was so when the request was closed: whether it is, the next answers say. */
const datedSteps = (change: Change, closedAt: Instant): Change =>
  changedSteps(change, ({ outcomes, keptEarlier }) => ({
    outcomes: datedAll(outcomes, closedAt),
    ...(keptEarlier !== undefined && {
      keptEarlier: datedAll(keptEarlier, closedAt, change.at.slice(0, 10)),
    }),
  }));

/** Nobody can tell any more whom the request was about. */
export const unlink = (change: Change): Result<Change, NotPossibleNow> => {
  const { submission: _, numbers: __, ...request } = change.request;
  return request.key === "destroyed"
    ? ok(
        recorded(
          { ...change, request: { ...request, pseudonyms: [], sharedPseudonyms: [] } },
          "person-unlinked",
        ),
      )
    : err(new NotPossibleNow("Something is still due under this request."));
};
