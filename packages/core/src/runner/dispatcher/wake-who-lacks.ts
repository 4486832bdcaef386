import type { RequestStore } from "../../bridge/define-request-store.ts";
import { instant, later } from "../../instant.ts";
import type { Clock } from "../../ports/clock.ts";
import type { Dispatcher } from "../../ports/dispatcher.ts";
import { orThrow } from "../../result.ts";
import { missingSteps, stepsKnownAgain } from "../../workflows/transitions/registering.ts";
import { fromStored } from "../record.ts";
import type { Services } from "../services.ts";
import { wake } from "./waking-store.ts";

interface Parts {
  readonly requestStore: RequestStore;
  readonly sources: Services["sources"];
  readonly dispatcher: Dispatcher;
  readonly clock: Clock;
}

/** Further ahead than anything is due, but for what the law keeps. */
const ahead = 400 * 24 * 3_600_000;

/** Beyond this many, those that are due last learn of it when they are due. */
const most = 5_000;

/**
 * Wakes every request that lacks a source which is registered here, or waits for one that is known again: it takes that
 * source in now, so that no process of an older version, which does not know the source, completes it without.
 *
 * @throws StorageFailed
 */
export const wakeWhoLacks = async (
  { requestStore, sources, dispatcher, clock }: Parts,
  stop: AbortSignal,
): Promise<void> => {
  const until = later(instant(clock.now()), ahead);
  for (const key of orThrow(await requestStore.due({ until, limit: most }))) {
    if (stop.aborted) return;
    const stored = orThrow(await requestStore.read(key));
    const request = stored && fromStored(stored).unwrapOr(null);
    if (!request) continue;
    const registered = sources.of(request.tenant).map(({ descriptor }) => descriptor);
    const lacks =
      missingSteps(request, registered).length > 0 || stepsKnownAgain(request, registered).length > 0;
    if (lacks) await wake(dispatcher, key, instant(clock.now()));
  }
};
