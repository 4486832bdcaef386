/**
 * How far a request has come. Both kinds start in the same way:
 *
 *     received → acknowledged → identified → planned
 *
 * - `received`: waits for its acknowledgement; nothing has been read or erased.
 * - `acknowledged`: the sources are asked what else the person is known by.
 * - `identified`: the sources are asked what they hold.
 * - `planned`: who does what is settled. A plan that somebody has to approve waits here.
 * - `approved`: somebody else than who asked has approved the plan. Only where one has to.
 *
 * An erasure goes on `→ origins → copies → verified → closed`: origins are erased in, then their copies
 * refreshed, then every source is asked once more, and only then is it closed.
 *
 * An export goes on `→ collecting → packaged → delivered → closed`.
 */
export const phases = [
  "received",
  "acknowledged",
  "identified",
  "planned",
  "approved",
  "origins",
  "copies",
  "verified",
  "collecting",
  "packaged",
  "delivered",
  "closed",
] as const;
export type Phase = (typeof phases)[number];

/** In which sources are at work, or will be. */
export const phasesAtWork = phases.filter((phase) => !["received", "verified", "closed"].includes(phase));

/** An export that has gone on to its package, without what was missing then. */
export const isPackaged = (phase: Phase): boolean => phase === "packaged" || phase === "delivered";

/**
 * What a closed request may call itself.
 * - `completed`: nothing is left over anywhere, and every source was asked afterwards.
 * - `completed-with-exceptions`: something was kept by law, stays because it is somebody else's too, was settled by a person, is found by an identifier that others have too, missing, or could not be checked.
 * - `failed`: an export of which no source gave its part.
 * - `declined`, `cancelled`: somebody decided so.
 * - `lapsed`: nobody ever acknowledged it.
 */
export type Outcome =
  | "completed"
  | "completed-with-exceptions"
  | "failed"
  | "declined"
  | "cancelled"
  | "lapsed";

/** Whether somebody has ended a request before it had done what it was for. */
export const isCalledOff = (outcome: Outcome | null): outcome is "declined" | "cancelled" =>
  outcome === "declined" || outcome === "cancelled";

/**
 * Whether somebody has ended the rest of a request that had come to its end before, and was opened again, or was to be, for what
 * the law kept: what was done before stays done, and what was not is nobody's work any more.
 */
export const isRestCalledOff = ({
  phase,
  outcome,
  reason,
}: {
  readonly phase: Phase;
  readonly outcome: Outcome | null;
  readonly reason: string | null;
}): boolean => phase === "closed" && !isCalledOff(outcome) && reason !== null;
