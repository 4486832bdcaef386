import type { Dispatcher, RequestKey, WakeUp } from "@subject-rights/core";
import { MemoryTransaction, memoryRequestStore } from "@subject-rights/memory";
import { type DispatcherHarness, type SimulatedClock, simulatedClock } from "@subject-rights/testing";

/** What a dispatcher may get wrong. */
export type Fault =
  | "forgets the tenant"
  | "hands over twice"
  | "ignores the time"
  | "forgets what nobody works on"
  | "keeps all of one key"
  | "keeps the first of one key"
  | "keeps the later of one key"
  | "ignores the concurrency"
  | "does one after the other"
  | "works on one twice at once"
  | "forgets what is worked on"
  | "forgets what failed"
  | "tries again at once"
  | "waits in its place"
  | "stops at once"
  | "never stops"
  | "stops only what works"
  | "keeps its own queue"
  | "takes what waits along"
  | "joins everything"
  | "joins nothing"
  | "enqueues at once"
  | "forgets transactions"
  | "says nothing of a failure";

interface Job extends WakeUp {
  readonly key: string;
  readonly failures: number;
}

interface Queue {
  readonly clock: SimulatedClock;
  waiting: Job[];
  readonly active: string[];
  readonly processes: (() => void)[];
  isDown: boolean;
}

/** A dispatcher over a queue in memory, as it should be but for one fault. */
const dispatcherOver = (queue: Queue, fault: Fault | null): Dispatcher => {
  const { clock, active } = queue;
  const running = new Set<Promise<void>>();
  let handler: ((wakeUp: WakeUp) => Promise<void>) | null = null;
  let concurrency = 0;
  let isStopped = false;
  const has = (each: Fault) => fault === each;

  const tellAll = () => {
    for (const look of queue.processes) look();
  };

  const put = (job: Job): void => {
    if (has("forgets what nobody works on") && handler === null) return;
    if (has("forgets what is worked on") && active.includes(job.key)) return;
    const before = queue.waiting.find(({ key }) => key === job.key);
    if (before !== undefined && has("keeps the first of one key")) return;
    if (before !== undefined && has("keeps the later of one key") && before.runAt > job.runAt) return;
    if (!has("keeps all of one key")) queue.waiting = queue.waiting.filter(({ key }) => key !== job.key);
    queue.waiting.push(job);
    if (has("hands over twice")) queue.waiting.push(job);
    const wait = Date.parse(job.runAt) - clock.now().getTime();
    if (wait > 0) void clock.wait(wait).then(tellAll);
    tellAll();
  };

  const isDue = ({ runAt, failures }: Job) =>
    (has("ignores the time") && failures === 0) || Date.parse(runAt) <= clock.now().getTime();
  const isFree = ({ key }: Job) => has("works on one twice at once") || !active.includes(key);
  const room = () => {
    if (has("ignores the concurrency")) return 100;
    return has("does one after the other") ? 1 : concurrency;
  };

  const handOver = async (job: Job, handle: (wakeUp: WakeUp) => Promise<void>): Promise<void> => {
    const { tenant, id, runAt, key, failures } = job;
    try {
      await handle({ tenant: has("forgets the tenant") ? "tenant-one" : tenant, id, runAt });
    } catch {
      const wait = has("tries again at once") ? 10 : 400 * 2 ** failures;
      const again = {
        ...job,
        failures: failures + 1,
        runAt: new Date(clock.now().getTime() + wait).toISOString(),
      };
      if (has("waits in its place")) {
        await clock.wait(wait);
        return handOver(again, handle);
      }
      if (!has("forgets what failed")) put(again);
    }
    active.splice(active.indexOf(key), 1);
  };

  const look = (): void => {
    const goesOn = !isStopped || has("never stops");
    while (handler !== null && goesOn && running.size < room()) {
      const job = queue.waiting.find((each) => isDue(each) && isFree(each));
      if (job === undefined) return;
      queue.waiting.splice(queue.waiting.indexOf(job), 1);
      active.push(job.key);
      const run = handOver(job, handler).finally(() => {
        running.delete(run);
        tellAll();
      });
      running.add(run);
    }
  };
  queue.processes.push(look);

  return {
    joins: (handle) => {
      if (has("joins nothing")) return false;
      return has("joins everything") || handle instanceof MemoryTransaction;
    },
    enqueue: async ({ tenant, id }: RequestKey, { runAt, dedupeKey, tx }) => {
      if (queue.isDown && has("says nothing of a failure")) return;
      if (queue.isDown) throw new Error("the queue is away");
      const keep = () => put({ tenant, id, runAt, key: dedupeKey, failures: 0 });
      const isWithin = tx instanceof MemoryTransaction && !has("enqueues at once");
      if (!isWithin) keep();
      else if (!has("forgets transactions")) tx.whenStored(keep);
    },
    work: async (handle, options) => {
      handler = handle;
      concurrency = options.concurrency;
      look();
    },
    stop: async () => {
      if (handler === null && has("stops only what works")) throw new Error("nobody works");
      isStopped = true;
      if (has("takes what waits along")) queue.waiting = [];
      if (!has("stops at once")) while (running.size > 0) await Promise.all(running);
    },
  };
};

export const harness = (fault: Fault | null): DispatcherHarness => {
  const make = async () => {
    const clock = simulatedClock();
    const newQueue = (): Queue => ({ clock, waiting: [], active: [], processes: [], isDown: false });
    const queue = newQueue();
    return {
      dispatcher: dispatcherOver(queue, fault),
      another: dispatcherOver(fault === "keeps its own queue" ? newQueue() : queue, fault),
      store: memoryRequestStore(),
      time: { now: clock.now, pass: clock.advance, promptness: 200, patience: 500 },
      breakIt: async () => {
        queue.isDown = true;
      },
    };
  };
  return { make, makeShared: make, makeJoining: make, makeBreakable: make };
};
