import { ApprovalRejected, NotPossibleNow } from "../../errors.ts";
import { type Approval, plannedAnew } from "../../request/approval.ts";
import { after, type Change, changed, changedSteps, noticeDue, recorded } from "../../request/change.ts";
import { approvalNotice } from "../../request/notices.ts";
import { isCounted, planPartsOf } from "../../request/plan.ts";
import { isDecided, type Request } from "../../request/request.ts";
import type { Rules } from "../../request/rules.ts";
import { isEverybodyAsked } from "../../request/steps.ts";
import { isInOwnersHands } from "../../request/tasks.ts";
import { err, ok, type Result } from "../../result.ts";
import { stageAfterIdentifying } from "../workflow.ts";
import { type EventOf, stepFor } from "./events.ts";
import { begunAgain } from "./reopening.ts";

/** Whether the plan can be made now: everybody was asked and counted, and it is not put up yet, or not confirmed. */
export const mayPlan = (request: Request): boolean =>
  request.phase === "planned" &&
  (request.approval?.state === "planning" || request.approval?.state === "confirming") &&
  isDecided(request) &&
  isCounted(request) &&
  isEverybodyAsked(request);

/** A plan that was made: it is put up, or it confirms the one that was approved. */
export const planMade = (
  change: Change,
  event: EventOf<"plan-made">,
  rules: Rules,
): Result<Change, NotPossibleNow> => {
  const { request } = change;
  const { approval } = request;
  if (approval === null || !mayPlan(request) || event.parts !== planPartsOf(request)) {
    return err(new NotPossibleNow("The plan is out of date."));
  }
  if (approval.state !== "confirming") return ok(putUp(change, approval, event, rules));
  if (event.plan === approval.plan) {
    return ok(
      recorded(withApproval(change, approval, { state: "approved" }), "plan-confirmed", { plan: event.plan }),
    );
  }
  // What was approved is not what would be done: nothing is done, and somebody looks again.
  return ok(putUp(recorded(change, "plan-changed", { approved: approval.plan }), approval, event, rules));
};

const putUp = (
  change: Change,
  approval: Approval,
  { plan, content }: EventOf<"plan-made">,
  rules: Rules,
): Change => {
  const edition = approval.edition + 1;
  const put = withApproval(change, approval, {
    state: "waiting",
    plan,
    content,
    edition,
    identifiers: change.request.pseudonyms.length,
    expiresAt: after(change, rules.approvalValidFor),
    approvedBy: null,
    approvedAt: null,
  });
  const announced = noticeDue(put, approvalNotice(edition), "approval");
  return recorded(announced, "plan-put-up", { plan, edition });
};

const withApproval = (change: Change, approval: Approval, part: Partial<Approval>): Change =>
  changed(change, { approval: { ...approval, ...part } });

export const planApproved = (
  change: Change,
  event: EventOf<"plan-approved">,
): Result<Change, NotPossibleNow | ApprovalRejected> => {
  const { approval, submittedBy } = change.request;
  if (approval === null || approval.plan === null || approval.expiresAt === null) {
    return err(new NotPossibleNow("There is no plan to approve."));
  }
  if ([event.actor, event.plainId].includes(submittedBy)) return err(new ApprovalRejected("by-requester"));
  if (event.plan !== approval.plan) return err(new ApprovalRejected("another-plan"));
  if (approval.state !== "waiting") return err(new ApprovalRejected("already-approved"));
  if (change.now >= approval.expiresAt) return err(new ApprovalRejected("expired"));
  const approved = withApproval(change, approval, {
    state: "confirming",
    approvedBy: event.actor,
    approvedAt: change.at,
  });
  const { plan, edition } = approval;
  return ok(countedAgain(recorded(approved, "plan-approved", { plan, edition })));
};

/** Nobody approved it in time: what is there may have changed since, so that it is counted, and put up, anew. */
export const planExpired = (change: Change): Result<Change, NotPossibleNow> => {
  const { approval } = change.request;
  if (approval?.state !== "waiting" || approval.expiresAt === null || change.now < approval.expiresAt) {
    return err(new NotPossibleNow("No plan has expired."));
  }
  const expired = changed(change, { approval: plannedAnew(approval) });
  return ok(countedAgain(recorded(expired, "plan-expired", { edition: approval.edition })));
};

/** What an owner has in hand is counted anew when that is over: they are told, and asked once more behind the approval. */
const countedAgain = (change: Change): Change =>
  changed(
    changedSteps(change, (step) =>
      step.settlement !== null ||
      step.stage === "identify" ||
      stageAfterIdentifying(step) !== "locate" ||
      isInOwnersHands(change.request, step)
        ? null
        : begunAgain(step, "locate"),
    ),
    { phase: "identified" },
  );

/**
 * The person is known by more than when the plan was made, so that more would be done than was approved: it is made
 * anew. Null where that is not so.
 */
export const outgrown = (change: Change): Change | null => {
  const { approval, pseudonyms } = change.request;
  return approval !== null && approval.identifiers < pseudonyms.length ? plannedAgain(change) : null;
};

/** Held against the data right before it was carried out, the plan is not what would be done. */
export const planOutgrown = (
  change: Change,
  event: EventOf<"plan-outgrown">,
): Result<Change, NotPossibleNow> =>
  stepFor(change, event, "perform").andThen(() => {
    const again = plannedAgain(change);
    return again === null ? err(new NotPossibleNow("There is no plan to hold anything against.")) : ok(again);
  });

/** The plan that is put up, or approved, is not what would be done: it is made anew. Null where there is none. */
export const plannedAgain = (change: Change): Change | null => {
  const { approval } = change.request;
  if (approval === null || approval.plan === null) return null;
  const told = recorded(change, "plan-outgrown", { edition: approval.edition });
  return changed(countedAgain(told), { approval: plannedAnew(approval), phase: "acknowledged" });
};
