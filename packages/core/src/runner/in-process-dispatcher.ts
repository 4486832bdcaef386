import { instant, later, milliseconds } from "../instant.ts";
import type { Clock } from "../ports/clock.ts";
import type { Dispatcher, WakeUp } from "../ports/dispatcher.ts";
import type { DueRequest } from "../ports/request-store.ts";

export interface InProcessDispatcherOptions {
  readonly clock: Clock;
  /** Asks the store which requests are due by then, so that nothing depends on what this process remembers. */
  readonly due: (until: string, limit: number) => Promise<readonly DueRequest[]>;
  /** How many requests are worked on at once. */
  readonly concurrency: number;
  /** Is told of what a handler threw; the request is tried again a little later. */
  readonly onError: (error: unknown, job: WakeUp | null) => void;
  /** How often the store is asked, in milliseconds: finds what others stored, and what a clock jumped over. */
  readonly lookEvery: number;
}

/** How much is taken from the store at a time. */
const lookLimit = 1_000;
const firstDelay = 1_000;
const longestDelay = 60_000;

interface Job {
  wakeUp: WakeUp;
  /** Times in a row that its handler threw. */
  failures: number;
  isRunning: boolean;
  /** Woken, or due again, while it runs. */
  again: WakeUp | null;
  timer: AbortController | null;
}

/** Wakes requests within this process: a timer for each, and a look into the store for what nobody remembers. */
export const inProcessDispatcher = (options: InProcessDispatcherOptions): Dispatcher => {
  const { clock, concurrency, lookEvery } = options;
  const jobs = new Map<string, Job>();
  const ready: string[] = [];
  const running = new Set<Promise<void>>();
  const stopped = new AbortController();
  let thereIsMore = false;
  let handler: ((wakeUp: WakeUp) => Promise<void>) | null = null;

  const nameOf = ({ tenant, requestId }: WakeUp) => JSON.stringify([tenant, requestId]);

  const arm = (name: string, job: Job) => {
    const timer = new AbortController();
    job.timer = timer;
    const delay = milliseconds(job.wakeUp.runAt) - clock.now().getTime();
    if (delay <= 0) return makeReady(name);
    // It may have been next in line for something that is not to be done any more.
    if (ready.includes(name)) ready.splice(ready.indexOf(name), 1);
    clock.wait(delay, AbortSignal.any([timer.signal, stopped.signal])).then(
      () => makeReady(name),
      () => undefined,
    );
  };

  const makeReady = (name: string) => {
    if (!ready.includes(name)) ready.push(name);
    startNext();
  };

  const startNext = () => {
    while (handler !== null && !stopped.signal.aborted && running.size < concurrency) {
      const name = ready.shift();
      if (name === undefined) return lookForMore();
      const job = jobs.get(name);
      if (job === undefined || job.isRunning) continue;
      const run = execute(name, job, handler).finally(() => {
        running.delete(run);
        startNext();
      });
      running.add(run);
    }
  };

  const execute = async (name: string, job: Job, handle: (wakeUp: WakeUp) => Promise<void>) => {
    job.isRunning = true;
    job.again = null;
    job.timer?.abort();
    try {
      await handle(job.wakeUp);
      job.failures = 0;
    } catch (error) {
      job.failures += 1;
      const delay = Math.min(longestDelay, firstDelay * 2 ** (job.failures - 1));
      job.again = { ...job.wakeUp, runAt: later(instant(clock.now()), delay) };
      options.onError(error, job.wakeUp);
    }
    job.isRunning = false;
    const { again } = job;
    jobs.delete(name);
    if (again !== null) hold(name, { ...job, wakeUp: again });
  };

  /** What is further away than the next look is left to the store, or a million requests were a million timers. */
  const hold = (name: string, job: Job) => {
    job.timer?.abort();
    const isFar = milliseconds(job.wakeUp.runAt) - clock.now().getTime() > lookEvery;
    // One that failed is kept: a look into the store would take it for a new one, and try it at once.
    if ((isFar && job.failures === 0) || stopped.signal.aborted) return void jobs.delete(name);
    jobs.set(name, job);
    arm(name, job);
  };

  const take = (wakeUp: WakeUp) => {
    const name = nameOf(wakeUp);
    const job = jobs.get(name) ?? { wakeUp, failures: 0, isRunning: false, again: null, timer: null };
    if (job.isRunning) job.again = wakeUp;
    // One that failed waits for its time, whatever wakes it: its store has to recover first.
    else if (job.failures === 0) hold(name, { ...job, wakeUp });
  };

  const look = async () => {
    const until = later(instant(clock.now()), lookEvery);
    const found = await options.due(until, lookLimit);
    thereIsMore = found.length === lookLimit;
    for (const { tenant, id, wakeAt } of found) {
      const wakeUp = { tenant, requestId: id, runAt: wakeAt };
      if (jobs.get(nameOf(wakeUp))?.isRunning !== true) take(wakeUp);
    }
  };

  const lookSafely = () => look().catch((error: unknown) => options.onError(error, null));

  const lookForMore = () => {
    if (!thereIsMore) return;
    thereIsMore = false;
    void lookSafely();
  };

  const keepLooking = async () => {
    while (!stopped.signal.aborted) {
      await clock.wait(lookEvery, stopped.signal);
      await lookSafely();
    }
  };

  return {
    enqueue: async (wakeUp) => {
      if (handler !== null) take(wakeUp);
    },
    work: async (handle) => {
      handler = handle;
      await look();
      keepLooking().catch(() => undefined);
    },
    stop: async () => {
      stopped.abort();
      await Promise.all(running);
    },
  };
};
