import type { Instant } from "../instant.ts";
import type { Plan } from "./planned.ts";

/**
 * How far the approval of a plan is.
 * - `planning`: the sources are being counted, and the plan is not put up yet.
 * - `waiting`: the plan is put up; somebody else than who asked has to approve it.
 * - `confirming`: it is approved; every source is counted once more before anything is done.
 * - `approved`: nothing has changed since. The work may begin.
 */
export type ApprovalState = "planning" | "waiting" | "confirming" | "approved";

/** The approval that a request needs before anything is done for it ("four eyes"). */
export interface Approval {
  readonly state: ApprovalState;
  /** SHA-256 of the plan that is put up, or was approved, in hex; null before there is one. */
  readonly plan: string | null;
  /** That plan itself. */
  readonly content: Plan | null;
  /** How many plans were put up so far: each is announced on its own. */
  readonly edition: number;
  /** How many identifiers of the person the plan is made with. */
  readonly identifiers: number;
  /** Until when it can be approved; then it is made anew. */
  readonly expiresAt: Instant | null;
  readonly approvedBy: string | null;
  readonly approvedAt: Instant | null;
}

export const notYetPlanned: Approval = {
  state: "planning",
  plan: null,
  content: null,
  edition: 0,
  identifiers: 0,
  expiresAt: null,
  approvedBy: null,
  approvedAt: null,
};

/** Back to the beginning: what was put up, or approved, does not count any more. */
export const plannedAnew = (approval: Approval): Approval => ({
  ...notYetPlanned,
  edition: approval.edition,
});
