import type { ApprovalState } from "../request/approval.ts";
import type { Request } from "../request/request.ts";
import { type SealedPlan, sealedPlan } from "../runner/effects/plan.ts";

/** What a request is going to do, to be looked at and approved. */
export interface PlanPreview extends SealedPlan {
  /** Null where nobody has to approve it. Only a plan that is `waiting` can be approved. */
  readonly state: ApprovalState | null;
}

export const previewOf = (request: Request): PlanPreview => ({
  ...sealedPlan(request),
  state: request.approval?.state ?? null,
});
