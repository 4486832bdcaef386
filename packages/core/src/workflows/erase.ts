import { type Change, changed, closed, noticeDue } from "../request/change.ts";
import { erasedAt } from "../request/cut-short.ts";
import { isProven } from "../request/grades.ts";
import { completionNotice, recipientNotice } from "../request/notices.ts";
import { isDecided, type Request } from "../request/request.ts";
import { isPerformed, isResolved } from "../request/steps.ts";
import { askOwners } from "./owners.ts";
import type { Workflow } from "./workflow.ts";

/**
 * Erasure (Art. 17 GDPR): origins first, then their copies, then everybody is asked once more.
 *
 * A copy is refreshed only after each of its origins no longer holds the person, or it would be filled again.
 */
export const eraseWorkflow: Workflow = {
  stageAfterPerforming: "verify",
  keepsTrying: true,

  taskFor: ({ abilities }) => (abilities.refresh ? "refresh" : abilities.erase ? "erase" : "manual"),

  mayPerform(request, step) {
    if (request.phase !== "origins" && request.phase !== "copies") return false;
    if (step.task === "manual" && (step.manual?.answer ?? null) === null) return false;
    return step.after.every((origin) => {
      const before = request.steps.find((each) => each.source === origin);
      return before === undefined || before.task === "identify" || isPerformed(before);
    });
  },

  // A copy that is filled with the person again is so by an origin that was: that is looked at before the copy is done.
  // What it may hold is what they do, so its own last look is behind theirs.
  mayVerify: ({ phase, steps }, { source, task, after }) =>
    phase === "copies" &&
    ((steps.every(isPerformed) &&
      (task !== "refresh" || steps.every((each) => isResolved(each) || !after.includes(each.source)))) ||
      steps.some((copy) => copy.after.includes(source) && copy.problem?.code === "still-present")),

  advance(change) {
    const { request } = change;
    switch (request.phase) {
      case "planned":
      case "approved":
        return changed(change, { phase: "origins" });
      case "origins": {
        const asked = ifChanged(change, askOwners(change));
        if (asked !== null) return asked;
        return request.steps.every((step) => step.kind === "copy" || isPerformed(step))
          ? changed(change, { phase: "copies" })
          : null;
      }
      case "copies":
        if (mayLeavePackages(request)) {
          return arePackagesLeft(request) ? changed(change, { phase: "verified" }) : null;
        }
        // An origin was found to hold the person after all, and is worked on again; or a copy is for an owner.
        return request.steps.some((step) => step.kind === "origin" && !isPerformed(step))
          ? changed(change, { phase: "origins" })
          : ifChanged(change, askOwners(change));
      case "verified": {
        return concluded(change, isProven(request) ? "completed" : "completed-with-exceptions");
      }
      default:
        return null;
    }
  },
};

/** Closes the request, and has everybody told who is to know. */
export const concluded = (change: Change, outcome: "completed" | "completed-with-exceptions"): Change =>
  recipientsDue(noticeDue(closed(change, outcome), completionNotice(change.request.reopened), "completion"));

/** Everything is erased and checked: what is left is that nobody else fetches a copy that was handed out before. */
export const mayLeavePackages = (request: Request): boolean =>
  request.kind === "erasure" &&
  request.phase === "copies" &&
  request.steps.every(isResolved) &&
  isDecided(request);

/** Whether nobody but the person can fetch an earlier package any more, under all names that are known. */
export const arePackagesLeft = ({ packagesLeft, reopened, pseudonyms }: Request): boolean =>
  packagesLeft !== undefined &&
  packagesLeft.reopened === reopened &&
  packagesLeft.names === pseudonyms.length;

/**
 * Whoever was given data of a source is told once something of it was erased (Art. 19 GDPR), whatever has ended the request.
 * Of one that was opened again that is what was erased since: of what was erased before they were told then.
 */
export const recipientsDue = (change: Change): Change =>
  change.request.steps
    .filter((step) => {
      const { steps, closedBefore } = change.request;
      const before = closedBefore?.steps.find(({ source }) => source === step.source);
      return erasedAt(steps, step) > (before === undefined ? 0 : erasedAt(closedBefore?.steps ?? [], before));
    })
    .flatMap(({ source, recipients = 0 }) =>
      Array.from({ length: recipients }, (_, index) => ({ source, index })),
    )
    .reduce(
      (telling, { source, index }) =>
        noticeDue(telling, recipientNotice(source, index, change.request.reopened), "recipient", source),
      change,
    );

const ifChanged = (before: Change, now: Change): Change | null => (now === before ? null : now);
