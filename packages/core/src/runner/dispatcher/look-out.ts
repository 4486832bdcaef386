import type { RequestStore } from "../../bridge/define-request-store.ts";
import { instant } from "../../instant.ts";
import type { Clock } from "../../ports/clock.ts";
import type { Dispatcher } from "../../ports/dispatcher.ts";
import { orThrow } from "../../result.ts";
import { keepLooking } from "./keep-looking.ts";
import { wake } from "./waking-store.ts";

export interface LookOutParts {
  readonly requestStore: RequestStore;
  readonly dispatcher: Dispatcher;
  readonly clock: Clock;
  readonly lookEvery: number;
  readonly onError: (error: unknown) => void;
}

/** How many overdue requests are enqueued at a look. */
const atFirst = 200;
const atMost = 5_000;

/**
 * Has the store's word against the dispatcher's memory: what is overdue is enqueued, whether it was lost or only waits
 * its turn. So at the start of a process, and then again and again.
 *
 * @throws StorageFailed where the first look could not be had
 */
export const lookOut = async (
  { requestStore, dispatcher, clock, lookEvery, onError }: LookOutParts,
  stop: AbortSignal,
): Promise<void> => {
  let limit = atFirst;
  const look = async () => {
    const due = orThrow(await requestStore.due({ until: instant(clock.now()), limit }));
    // The same ones may be at the head each time, of many that wait or that always fail: then further down as well.
    limit = due.length < limit ? atFirst : Math.min(limit * 2, atMost);
    for (const { tenant, id, wakeAt } of due) {
      if (stop.aborted) return;
      await wake(dispatcher, { tenant, id }, wakeAt);
    }
  };
  await look();
  void keepLooking({ clock, every: lookEvery, look, onError }, stop);
};
