import { canonicalJson } from "../../canonical-json.ts";
import { sha256 } from "../../crypto.ts";
import type { RequestEvent } from "../../request/events.ts";
import { planOf, planPartsOf } from "../../request/plan.ts";
import type { Request } from "../../request/request.ts";

/** The plan in its canonical form (RFC 8785), and the SHA-256 of that, in hex. */
export const sealedPlan = (request: Request): { readonly canonical: string; readonly hash: string } => {
  const canonical = canonicalJson(planOf(request));
  return { canonical, hash: sha256(canonical) };
};

/** Makes the plan of a request whose sources were counted. */
export const makePlan = (request: Request): RequestEvent => ({
  type: "plan-made",
  plan: sealedPlan(request).hash,
  parts: planPartsOf(request),
});
