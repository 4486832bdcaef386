import { canonicalJson, type EvidenceFile, sha256 } from "@subject-rights/core";
import { type Findings, problem, proof, together } from "./findings.ts";

/** Whether the plan in the file is this request's, and the one that was approved. */
export const checkPlan = ({ plan, approval, request }: EvidenceFile): Findings => {
  if (plan !== null && (plan.request !== request.id || plan.tenant !== request.tenant)) {
    return problem("The plan is that of another request.");
  }
  if (approval === null || approval.plan === null) return together();
  if (plan === null) return problem("The plan that was put up for approval is missing.");
  if (sha256(canonicalJson(plan)) !== approval.plan) {
    return problem("The plan in the file is not the one that was put up for approval.");
  }
  return approval.approvedBy === null
    ? together()
    : proof(
        `The plan in the file is the one that ${approval.approvedBy} approved at ${approval.approvedAt}.`,
      );
};
