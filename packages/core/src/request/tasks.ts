import { mayGoOn } from "./guard.ts";
import { type NoticeRecord, stoppedNotice } from "./notices.ts";
import type { Request } from "./request.ts";
import { isResolved, type SourceStep } from "./steps.ts";

/**
 * The message by which a source's owner was asked to erase by hand, where they have it, or it is on its way, and nobody has
 * answered it: they may be erasing, whatever stops the request by now.
 */
export const taskOut = ({ notices }: Request, { source, manual }: SourceStep): NoticeRecord | undefined => {
  if (manual === null || manual.answer !== null) return undefined;
  const task = notices.findLast((each) => each.kind === "manual-task" && each.source === source);
  return task?.status === "sent" || task?.begunUntil != null ? task : undefined;
};

/** Whether an owner was asked to erase by hand and has not answered. */
export const hasTaskOut = (request: Request): boolean =>
  request.steps.some((step) => taskOut(request, step) !== undefined);

/** Whether the owner is not to erase any more, or not now: also where what they were asked for has to be approved anew. */
export const isTaskStopped = (request: Request, step: SourceStep): boolean =>
  isResolved(step) ||
  !mayGoOn(request, "erase") ||
  (request.approval !== null && request.approval.state !== "approved");

/** Whether an owner may be erasing, or has answered and nobody has looked yet: what they say must not be lost. */
export const isInOwnersHands = (request: Request, step: SourceStep): boolean =>
  taskOut(request, step) !== undefined ||
  (step.stage === "perform" && (step.manual?.answer ?? null) !== null);

/** Of an owner's task that is out, the message that has told them to stop; undefined where none was made due. */
export const stopOf = (request: Request, step: SourceStep): NoticeRecord | undefined => {
  const task = taskOut(request, step);
  return task && request.notices.find(({ id }) => id === stoppedNotice(task.id));
};
