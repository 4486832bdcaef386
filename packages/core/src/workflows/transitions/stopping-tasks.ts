import { type Change, changedStep, noticeDue, recorded } from "../../request/change.ts";
import { stoppedNotice } from "../../request/notices.ts";
import type { SourceStep } from "../../request/steps.ts";
import { isTaskStopped, stopOf, taskOut } from "../../request/tasks.ts";
import { begunAgain } from "./reopening.ts";

/**
 * An owner who was asked to erase by hand is a source that is at work: whatever stops the request has to reach them. They are
 * told once; where the request goes on, what there is to erase is counted anew, and they are asked anew.
 */
export const tasksStopped = (change: Change): Change =>
  change.request.steps.reduce((telling, step) => {
    const task = taskOut(telling.request, step);
    if (task === undefined) return telling;
    const stop = stopOf(telling.request, step);
    if (isTaskStopped(telling.request, step))
      return stop === undefined ? stopped(telling, step, task.id) : telling;
    // One that did not leave in time is withdrawn: they have been told nothing else.
    const isTold = stop?.status === "sent" || stop?.begunUntil != null;
    return isTold
      ? changedStep(telling, step.source, { ...begunAgain(step, "locate"), attempts: 0 })
      : telling;
  }, change);

const stopped = (change: Change, { source }: SourceStep, task: string): Change =>
  recorded(noticeDue(change, stoppedNotice(task), "task-stopped", source), "task-stopped", {}, source);
