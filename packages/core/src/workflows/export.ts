import { type Change, changed, closed, noticeDue, recorded } from "../request/change.ts";
import { deliveryNotice, secretNotice } from "../request/notices.ts";
import { isDecided, notFollowed, type Request } from "../request/request.ts";
import {
  givenBy,
  isRead,
  isResolved,
  isStuck,
  isToCome,
  outcomesAt,
  type SourceStep,
} from "../request/steps.ts";
import type { Workflow } from "./workflow.ts";

/**
 * Export (Art. 15(3) and Art. 20 GDPR): every source hands over its part, the parts become a package, and the
 * package is delivered. A source that fails for good is named as missing in the package; the request then stays
 * open until somebody has it tried again (and a new package is delivered) or settles it.
 */
export const exportWorkflow: Workflow = {
  stageAfterPerforming: "done",
  keepsTrying: false,

  // A copy that cannot be exported may be left out where what it was filled from is in the package.
  taskFor: ({ kind, copyOf, abilities }, reached) =>
    kind === "copy" &&
    !abilities.export &&
    reached.some((other) => other.kind === "origin" && (copyOf === null || copyOf.includes(other.id)))
      ? "leave"
      : "export",

  mayPerform: (request) => request.phase === "collecting",

  mayVerify: () => false,

  advance(change) {
    const { request } = change;
    switch (request.phase) {
      case "planned":
      case "approved":
        return changed(change, { phase: "collecting" });
      case "collecting": {
        if (!isCollected(request)) return null;
        if (!isEmptyHanded(request))
          return isCurrent(request) && !isUntrue(request) ? nothingNew(change) : null;
        if (request.steps.some(isAwaited)) return null;
        const told = noticeDue(change, "failure-1", "failure");
        if (request.steps.every(isResolved)) return closed(told, "failed");
        return told.request === request ? null : recorded(told, "export-failed");
      }
      case "packaged":
      case "delivered":
        // A source is at work again: somebody had it tried once more, or an answer came late.
        if (!isCollected(request)) return changed(change, { phase: "collecting" });
        if (isUntrue(request)) return changed(change, { phase: "collecting" });
        if (request.phase === "packaged" || !request.steps.every(isResolved)) return null;
        return closed(change, isComplete(request) ? "completed" : "completed-with-exceptions");
      default:
        return null;
    }
  },
};

/** Every source gave its part, or will not give it by itself. */
const isCollected = (request: Request): boolean =>
  isDecided(request) && request.steps.every((step) => isResolved(step) || isStuck(step));

const gave = (step: SourceStep): boolean => givenBy(step) !== null;

/** An export in which every source failed is a failure, not an empty package. */
const isEmptyHanded = (request: Request): boolean =>
  request.steps.some((step) => step.task === "export") && !request.steps.some(gave);

/** An export that waits for what is to come has not failed. */
const isAwaited = (step: SourceStep): boolean => isToCome(step) && step.outage?.role !== "alone";

const isComplete = (request: Request): boolean =>
  notFollowed(request).length === 0 &&
  request.steps.every((step) => step.settlement === null && outcomesAt(step).length === 0);

export const mayPackage = (request: Request): boolean =>
  request.phase === "collecting" && isCollected(request) && !isEmptyHanded(request);

/** Whose work makes up a package, and which work, to tell whether a package is out of date. */
export const partsOf = (request: Request): string =>
  request.steps
    .filter(gave)
    .map((step) => `${step.source}/${generationOf(step)}`)
    .join(" ");

/** Begun anew, it has what an earlier generation of the work has collected. */
const generationOf = (step: SourceStep): number =>
  isRead(step) ? step.generation : Math.max(...(givenBy(step) ?? []).map(({ staged }) => staged.generation));

/** Whether the package holds what there is: the person is not sent the same again because a source was tried in vain. */
const isCurrent = (request: Request): boolean => request.package?.parts === partsOf(request);

/**
 * Whether what a package says of what is missing is not so, because somebody has closed a source by hand since: before it has
 * left, whatever it says; afterwards, that a part follows by itself, and nothing does.
 */
const isUntrue = (request: Request): boolean => {
  const { package: held, steps } = request;
  if (held === null) return false;
  const { missing, settled = [], toCome = [] } = held;
  const isGivenUp = (source: string) =>
    steps.some((step) => step.source === source && step.settlement !== null);
  return hasArrived(request)
    ? steps.every(isResolved) && toCome.some(isGivenUp)
    : missing.some((source) => isGivenUp(source) && !settled.includes(source));
};

/** Back to where it was. The audit does not say again that it was delivered. */
const nothingNew = (change: Change): Change => {
  const phase = hasArrived(change.request) ? "delivered" : "packaged";
  return recorded(changed(change, { phase }), "nothing-new");
};

/** A package that nobody can open is not delivered: its secret has to be there too. */
export const hasArrived = ({ package: held, notices }: Request): boolean => {
  if (held === null) return false;
  const { edition } = held;
  const parts = notices.filter(({ id }) => id === deliveryNotice(edition) || id === secretNotice(edition));
  return parts.some(({ kind }) => kind === "delivery") && parts.every(({ status }) => status === "sent");
};
