import { approvalNotice, deadlineNotice, type NoticeRecord, stoppedOf } from "./notices.ts";
import type { Request } from "./request.ts";
import { isResolved } from "./steps.ts";
import { isTaskStopped, taskOut } from "./tasks.ts";

/**
 * Whether somebody still has to be told. What was asked of people while a mail server was down may be answered by the
 * time that it is up again: then the message would ask for nothing, or for what must not be done any more.
 */
export const isNeeded = (request: Request, { id, kind, source }: NoticeRecord): boolean => {
  switch (kind) {
    case "decision":
      return request.decisions.some((decision) => decision.id === id && decision.answer === null);
    case "approval":
      return request.approval?.state === "waiting" && id === approvalNotice(request.approval.edition);
    case "manual-task":
      return request.steps.some(
        (step) => step.source === source && step.manual?.answer === null && !isResolved(step),
      );
    case "task-stopped":
      // The request goes on before they were told.
      return request.steps.some(
        (step) =>
          step.source === source &&
          taskOut(request, step)?.id === stoppedOf({ id }) &&
          isTaskStopped(request, step),
      );
    case "deadline":
      // Of several that were missed the last one says what all of them would.
      return id === deadlineNotice(request.deadline.reminded);
    default:
      return true;
  }
};
