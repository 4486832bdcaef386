import { NotPossibleNow } from "../../errors.ts";
import { after, type Change, changed, changedStep, changedSteps, recorded } from "../../request/change.ts";
import type { Rules } from "../../request/rules.ts";
import { err, ok, type Result } from "../../result.ts";
import { type EventOf, stepFor } from "./events.ts";

/** A hold was met before anything was done: nothing is begun until it is lifted. */
export const held = (change: Change, event: EventOf<"held">, rules: Rules): Change => {
  const kept = changed(change, { held: { by: event.by, lookAt: after(change, rules.holdDelay) } });
  const waiting = changedSteps(kept, (step) => (step.status === "running" ? { status: "pending" } : null));
  return change.request.held?.by === event.by ? waiting : recorded(waiting, "held", { hold: event.by });
};

/** What was kept looks again; a copy that another hold keeps meets that one then. */
export const holdLifted = (change: Change): Result<Change, NotPossibleNow> => {
  const { held: before, steps } = change.request;
  const by = before?.by ?? steps.find(({ heldBy }) => heldBy != null)?.heldBy;
  if (by == null) return err(new NotPossibleNow("No hold keeps this request."));
  const freed = changedSteps(changed(change, { held: null }), ({ heldBy }) =>
    heldBy == null ? null : { heldBy: null, nextAttemptAt: null },
  );
  return ok(recorded(freed, "hold-lifted", { hold: by }));
};

/** A copy waits, and nothing else: whoever the hold stands on is another person. */
export const copyHeld = (
  change: Change,
  event: EventOf<"copy-held">,
  rules: Rules,
): Result<Change, NotPossibleNow> =>
  stepFor(change, event, "perform").map((step) => {
    const nextAttemptAt = after(change, rules.holdDelay);
    const waits = { status: "pending", heldBy: event.by, nextAttemptAt } as const;
    const waiting = changedStep(change, step.source, waits);
    return step.heldBy === event.by
      ? waiting
      : recorded(waiting, "copy-held", { hold: event.by }, step.source);
  });
