import type { ApprovalState } from "../request/approval.ts";
import { type Plan, planOf } from "../request/plan.ts";
import type { Request } from "../request/request.ts";
import { sealedPlan } from "../runner/effects/plan.ts";

/** What a request is going to do, to be looked at and approved. */
export interface PlanPreview {
  readonly plan: Plan;
  /** The plan in its canonical form (RFC 8785). */
  readonly canonical: string;
  /** SHA-256 of `canonical`, in hex: what an approval names. */
  readonly hash: string;
  /** Null where nobody has to approve it. Only a plan that is `waiting` can be approved. */
  readonly state: ApprovalState | null;
}

export const previewOf = (request: Request): PlanPreview => ({
  plan: planOf(request),
  ...sealedPlan(request),
  state: request.approval?.state ?? null,
});
