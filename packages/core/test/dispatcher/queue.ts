import type { Dispatcher, EnqueueOptions, RequestKey, WakeUp } from "@subject-rights/core";
import { MemoryTransaction } from "@subject-rights/memory";

/** A queue outside of the process, which hands over when it is told to. */
export interface Queue extends Dispatcher {
  readonly jobs: (RequestKey & EnqueueOptions)[];
  /** How often each was enqueued within a transaction of the store, or apart. */
  readonly enqueued: { within: number; apart: number };
  /** From here on nothing can be enqueued. */
  breakIt(): void;
  /** Hands over everything whose time has come by then, until nothing of it waits any more. */
  handOver(until: Date): Promise<void>;
}

/** @param joins whether it joins the transactions of a store in memory; left out, it never asks for one */
export const queue = (joins?: boolean): Queue => {
  const jobs: Queue["jobs"] = [];
  const enqueued = { within: 0, apart: 0 };
  let isBroken = false;
  let isStopped = false;
  let handler: ((wakeUp: WakeUp) => Promise<void>) | null = null;
  return {
    jobs,
    enqueued,
    ...(joins !== undefined && { joins: (handle) => joins && handle instanceof MemoryTransaction }),
    breakIt: () => {
      isBroken = true;
    },
    enqueue: async (request, options) => {
      if (isBroken) throw new Error("the queue is away");
      enqueued[options.tx === undefined ? "apart" : "within"] += 1;
      const put = () => void jobs.push({ ...request, ...options });
      if (options.tx instanceof MemoryTransaction) options.tx.whenStored(put);
      else put();
    },
    work: async (handle) => {
      handler = handle;
    },
    handOver: async (until) => {
      const next = () => jobs.findIndex(({ runAt }) => runAt <= until.toISOString());
      for (let index = next(); index !== -1 && !isStopped; index = next()) {
        for (const { tenant, id, runAt } of jobs.splice(index, 1)) await handler?.({ tenant, id, runAt });
      }
    },
    stop: async () => {
      isStopped = true;
    },
  };
};
