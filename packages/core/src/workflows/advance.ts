import { type Change, changed, recorded } from "../request/change.ts";
import { ownClaims } from "../request/claims.ts";
import type { Phase } from "../request/phases.ts";
import { isStuck } from "../request/steps.ts";
import { outgrown } from "./transitions/approving.ts";
import { isIdentified } from "./transitions/identifying.ts";
import { workflowOf } from "./workflows.ts";

/** Takes the request on through every phase that it can leave by itself; the audit names each. */
export const advance = (change: Change): Change => {
  const next = nextPhase(change);
  if (next === null) return withClaims(change);
  const { phase } = next.request;
  // Closing, and going back, have names of their own.
  const moved = phase !== change.request.phase && next.entries === change.entries;
  return advance(moved ? recorded(next, phase) : next);
};

/**
 * Past identifying, everything that the person is known by is claimed, late finds too; the store refuses the
 * whole decision where another request holds one of them.
 */
const withClaims = (change: Change): Change => {
  const { phase, claims } = change.request;
  const own = ownClaims(change.request);
  const isIdentifying = phase === "received" || phase === "acknowledged";
  const isSame = claims.length === own.length && own.every((each) => claims.includes(each));
  return claims.length === 0 || isIdentifying || isSame ? change : changed(change, { claims: own });
};

/** From the first plan until nothing is left to be done. */
const mayBeOutgrown: readonly Phase[] = [
  "identified",
  "planned",
  "approved",
  "origins",
  "copies",
  "collecting",
];

const nextPhase = (change: Change): Change | null => {
  const { request } = change;
  if (mayBeOutgrown.includes(request.phase)) {
    const planned = outgrown(change);
    if (planned !== null) return planned;
  }
  switch (request.phase) {
    case "received":
    case "closed":
      return null;
    case "acknowledged":
      return request.claims.length > 0 && isIdentified(request)
        ? changed(change, { phase: "identified", identifiedAt: request.identifiedAt ?? change.now })
        : null;
    case "identified":
      return request.steps.some(
        (step) => step.stage === "locate" && step.settlement === null && !isStuck(step),
      )
        ? null
        : changed(change, { phase: "planned" });
    case "planned":
      if (request.approval === null) return workflowOf(request.kind).advance(change);
      return request.approval.state === "approved" ? changed(change, { phase: "approved" }) : null;
    default:
      return workflowOf(request.kind).advance(change);
  }
};
