import { NotPossibleNow } from "../../errors.ts";
import { after, type Change, changed, changedSteps, recorded } from "../../request/change.ts";
import type { Rules } from "../../request/rules.ts";
import { err, ok, type Result } from "../../result.ts";
import type { EventOf } from "./events.ts";

/** A hold was met before anything was done: nothing is begun until it is lifted. */
export const held = (change: Change, event: EventOf<"held">, rules: Rules): Change => {
  const kept = changed(change, { held: { by: event.by, lookAt: after(change, rules.holdDelay) } });
  const waiting = changedSteps(kept, (step) => (step.status === "running" ? { status: "pending" } : null));
  return change.request.held?.by === event.by ? waiting : recorded(waiting, "held", { hold: event.by });
};

export const holdLifted = (change: Change): Result<Change, NotPossibleNow> => {
  const { held: before } = change.request;
  if (before === null) return err(new NotPossibleNow("No hold keeps this request."));
  return ok(recorded(changed(change, { held: null }), "hold-lifted", { hold: before.by }));
};
