import { canonicalJson } from "../../canonical-json.ts";
import { sha256 } from "../../crypto.ts";
import type { RequestEvent } from "../../request/events.ts";
import { planOf, planPartsOf } from "../../request/plan.ts";
import type { Plan } from "../../request/planned.ts";
import type { Request } from "../../request/request.ts";

/** A plan, and the form in which it is hashed. */
export interface SealedPlan {
  readonly plan: Plan;
  /** The plan in its canonical form (RFC 8785). */
  readonly canonical: string;
  /** SHA-256 of `canonical`, in hex: what an approval names. */
  readonly hash: string;
}

export const sealedPlan = (request: Request): SealedPlan => {
  const plan = planOf(request);
  const canonical = canonicalJson(plan);
  return { plan, canonical, hash: sha256(canonical) };
};

/** Makes the plan of a request whose sources were counted. */
export const makePlan = (request: Request): RequestEvent => {
  const { plan: content, hash: plan } = sealedPlan(request);
  return { type: "plan-made", plan, content, parts: planPartsOf(request) };
};
