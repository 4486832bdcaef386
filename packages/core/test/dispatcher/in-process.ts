import type { Dispatcher, DueRequest, RequestKey } from "@subject-rights/core";
import { seededRandomness, simulatedClock } from "@subject-rights/testing";
import { inProcessDispatcher } from "../../src/runner/dispatcher/in-process-dispatcher.ts";

export interface StoredWakeUps {
  readonly dispatcher: Dispatcher;
  readonly clock: ReturnType<typeof simulatedClock>;
  readonly stored: Map<string, DueRequest>;
  /** The limit of each question to the store. */
  readonly looks: number[];
}

export const keyOf = ({ tenant, id }: RequestKey): string => JSON.stringify([tenant, id]);

/**
 * The dispatcher as the library uses it: what is enqueued is in the store already, and what was worked on is not due
 * any more.
 */
export const overStoredWakeUps = ({ lookEvery = 60_000, capacity = 1_000, seed = 1 } = {}): StoredWakeUps => {
  const clock = simulatedClock();
  const stored = new Map<string, DueRequest>();
  const looks: number[] = [];
  const dispatcher = inProcessDispatcher({
    clock,
    randomness: seededRandomness(seed),
    lookEvery,
    capacity,
    onError: () => undefined,
    due: async (until, limit) => {
      looks.push(limit);
      const due = [...stored.values()].filter(({ wakeAt }) => wakeAt <= until);
      return due.toSorted((one, other) => (one.wakeAt < other.wakeAt ? -1 : 1)).slice(0, limit);
    },
  });
  return {
    clock,
    stored,
    looks,
    dispatcher: {
      ...dispatcher,
      enqueue: (request, options) => {
        stored.set(keyOf(request), { ...request, wakeAt: options.runAt });
        return dispatcher.enqueue(request, options);
      },
      work: (handler, options) =>
        dispatcher.work(async (wakeUp) => {
          const key = keyOf(wakeUp);
          const was = stored.get(key);
          await handler(wakeUp);
          if (stored.get(key) === was) stored.delete(key);
        }, options),
    },
  };
};
