import { type Actor, type Outcome, orThrow } from "@subject-rights/core";
import { progressBarsOn } from "../screen/progress.ts";
import type { OpenApplication } from "./open-application.ts";

/** Longer than this nobody watches a terminal. */
const patience = 5_000;

/**
 * Shows a request's progress until it is closed, or nothing happens any more for a while.
 *
 * @returns null where it goes no further for now
 */
export const followRequest = async (
  { rights }: OpenApplication,
  actor: Actor,
  requestId: string,
): Promise<Outcome | null> => {
  const bars = progressBarsOn(process.stdout);
  for await (const event of orThrow(await rights.requests.progress({ actor, requestId }))) {
    if (event.type === "source") bars.show(event.source);
    if (event.type === "closed") return event.outcome;
    const isLong =
      event.type === "idle" && (event.until === null || Date.parse(event.until) > Date.now() + patience);
    if (isLong) return null;
  }
  throw new Error("the request was not followed to its end");
};
