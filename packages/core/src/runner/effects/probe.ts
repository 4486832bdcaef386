import { CallFailed } from "../../errors.ts";
import type { RequestEvent } from "../../request/events.ts";
import { isPackaged } from "../../request/phases.ts";
import type { SourceStep } from "../../request/steps.ts";
import { canFind, type Effect, failure, workFor } from "./effect.ts";

/**
 * Tries a source that is down, where a package was handed over without it, or its work waits for something else: asks what the
 * request would ask it, or how much it holds, and throws the answer away. That is read only, and leaves the request where it
 * is as long as the source is down. A first page shows that it answers; where that has misled before, all of them are read.
 */
export const probe = async (effect: Effect, step: SourceStep): Promise<RequestEvent> => {
  const answered = { type: "source-probed", source: step.source } as const;
  const isRead = step.stage !== "identify" && step.task === "export" && isPackaged(effect.request.phase);
  const work = workFor(effect, step, "probe", isRead ? "collect" : "ask");
  if (work.isErr()) return failure(effect, step, work.error);
  if (!canFind(work.value)) return answered;
  const { source, subject, call } = work.value;
  if (step.stage === "identify") {
    const found = await source.identify?.(subject, call);
    return found?.isErr() ? failure(effect, step, found.error) : answered;
  }
  if (!isRead) {
    const count = source.locate ?? source.remaining;
    // It cannot be asked anything before it may erase.
    if (count === null)
      return failure(effect, step, new CallFailed(step.source, step.problem?.code ?? "unavailable", true));
    const counted = await count(subject, call);
    return counted.isErr() ? failure(effect, step, counted.error) : answered;
  }
  const pages = source.export?.(subject, call, null);
  if (pages === undefined) return answered;
  try {
    const wasMisled = step.lastOutage != null;
    for (;;) {
      const page = await pages.next();
      if (page.isErr()) return failure(effect, step, page.error);
      if (page.value === null || !wasMisled) return answered;
    }
  } finally {
    await pages.close();
  }
};
