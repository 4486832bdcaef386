import type { RequestEvent } from "../../request/events.ts";
import type { SourceStep } from "../../request/steps.ts";
import { canFind, type Effect, failure, workFor } from "./effect.ts";

/**
 * Tries a source that is down, where a package was handed over without it: asks what the request would ask it, and throws
 * the answer away. That is read only, and leaves the request where it is as long as the source is down. A first page shows
 * that it answers; where that has misled before, all of them are read.
 */
export const probe = async (effect: Effect, step: SourceStep): Promise<RequestEvent> => {
  const answered = { type: "source-probed", source: step.source } as const;
  const work = workFor(effect, step, "probe", step.stage === "identify" ? "ask" : "collect");
  if (work.isErr()) return failure(effect, step, work.error);
  if (!canFind(work.value)) return answered;
  const { source, subject, call } = work.value;
  if (step.stage === "identify") {
    const found = await source.identify?.(subject, call);
    return found?.isErr() ? failure(effect, step, found.error) : answered;
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
