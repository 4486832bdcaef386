import { type Change, changedStep, noticeDue, recorded } from "../request/change.ts";
import { manualTaskNotice } from "../request/notices.ts";

/**
 * Sends a manual task to the owner of each source that has to be erased in by hand and was not asked yet; the
 * owner of a copy is asked once the origins are done.
 */
export const askOwners = (change: Change): Change =>
  change.request.steps
    .filter((step) => step.task === "manual" && step.stage === "perform" && step.manual === null)
    .filter((step) => step.kind === "origin" || change.request.phase === "copies")
    .reduce((asking, { source, generation }) => {
      const asked = changedStep(asking, source, {
        manual: { answer: null, note: null, answeredBy: null, answeredAt: null },
      });
      const notified = noticeDue(asked, manualTaskNotice(source, generation), "manual-task", source);
      return recorded(notified, "task-opened", {}, source);
    }, change);
