import type { RequestEvent } from "../../request/events.ts";
import type { SourceStep } from "../../request/steps.ts";
import { canFind, type Effect, failure, workFor } from "./effect.ts";

/**
 * Tries a source that is down, for the others that wait for it: asks what this request would ask it, and throws the answer
 * away. Only what has been handed over without the source is tried like this, and that reads.
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
    const page = await pages.next();
    return page.isErr() ? failure(effect, step, page.error) : answered;
  } finally {
    await pages.close();
  }
};
