import { over } from "../../bridge/call.ts";
import { instant, later, milliseconds } from "../../instant.ts";
import type { Clock } from "../../ports/clock.ts";
import type { Dispatcher, WakeUp } from "../../ports/dispatcher.ts";
import type { Randomness } from "../../ports/randomness.ts";
import type { DueRequest, RequestKey } from "../../ports/request-store.ts";
import { jitter } from "../jitter.ts";
import { backOff } from "./back-off.ts";
import { keepLooking } from "./keep-looking.ts";

export interface InProcessDispatcherOptions {
  readonly clock: Clock;
  readonly randomness: Randomness;
  /** Asks the store which requests are due by then, so that nothing depends on what this process remembers. */
  readonly due: (until: string, limit: number) => Promise<readonly DueRequest[]>;
  /** Is told when the store could not be asked; it is asked again later. */
  readonly onError: (error: unknown) => void;
  /** How often the store is asked, in milliseconds: finds what others stored, and what a clock jumped over. */
  readonly lookEvery: number;
  /** How many wake-ups are held at most; what comes on top is left to the store. Default: 10,000. */
  readonly capacity?: number;
}

/** How much is taken from the store at a time. */
const lookLimit = 1_000;

interface Job {
  wakeUp: WakeUp;
  /** Times in a row that its handler threw. */
  failures: number;
  isRunning: boolean;
  /** What it was woken for while it ran, or waited because it had failed: comes when that is over. */
  again: WakeUp | null;
  timer: AbortController | null;
}

/**
 * Wakes requests within this process: a bounded number of timers, and a look into the store for what nobody remembers.
 * Forgets what is enqueued before anybody works, or for later than the next look: the store has it.
 */
export const inProcessDispatcher = (options: InProcessDispatcherOptions): Dispatcher => {
  const { clock, randomness, lookEvery, onError, capacity = 10_000 } = options;
  const jobs = new Map<string, Job>();
  /** Names of jobs whose time has come, the first first. */
  const ready = new Set<string>();
  const running = new Set<Promise<void>>();
  const stopped = new AbortController();
  let thereIsMore = false;
  let handler: ((wakeUp: WakeUp) => Promise<void>) | null = null;
  let concurrency = 0;

  const nameOf = ({ tenant, id }: RequestKey) => JSON.stringify([tenant, id]);

  const arm = (name: string, job: Job) => {
    job.timer = null;
    const delay = milliseconds(job.wakeUp.runAt) - clock.now().getTime();
    if (delay <= 0) return makeReady(name);
    const timer = new AbortController();
    job.timer = timer;
    // It may have been next in line for something that is not to be done any more.
    ready.delete(name);
    clock.wait(delay, AbortSignal.any([timer.signal, stopped.signal])).then(
      () => makeReady(name),
      () => undefined,
    );
  };

  const makeReady = (name: string) => {
    ready.add(name);
    startNext();
  };

  const startNext = () => {
    while (handler !== null && !stopped.signal.aborted && running.size < concurrency) {
      const [name] = ready;
      if (name === undefined) return lookForMore();
      ready.delete(name);
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
    // Its time has come as well: this is for both. Another time stays.
    if (job.again !== null && job.again.runAt <= instant(clock.now())) job.again = null;
    job.timer?.abort(over);
    let next: WakeUp | null;
    try {
      await handle(job.wakeUp);
      job.failures = 0;
      next = job.again;
      job.again = null;
    } catch {
      job.failures += 1;
      const delay = backOff(job.failures, jitter(randomness));
      next = { ...job.wakeUp, runAt: later(instant(clock.now()), delay) };
    }
    job.isRunning = false;
    jobs.delete(name);
    if (next !== null) hold(name, { ...job, wakeUp: next });
  };

  /** What is further away than the next look is left to the store, or a million requests were a million timers. */
  const hold = (name: string, job: Job) => {
    job.timer?.abort(over);
    const isFar = milliseconds(job.wakeUp.runAt) - clock.now().getTime() > lookEvery;
    const isFull = jobs.size >= capacity && !jobs.has(name);
    if (isFull) thereIsMore = true;
    // One that failed is kept: a look into the store would take it for a new one, and try it at once.
    if (isFull || (isFar && job.failures === 0) || stopped.signal.aborted) {
      jobs.delete(name);
      ready.delete(name);
      return;
    }
    jobs.set(name, job);
    arm(name, job);
  };

  const take = (wakeUp: WakeUp) => {
    const name = nameOf(wakeUp);
    const job = jobs.get(name) ?? { wakeUp, failures: 0, isRunning: false, again: null, timer: null };
    // One that failed waits for its time, whatever wakes it: its store has to recover first.
    if (job.isRunning || job.failures > 0) job.again = wakeUp;
    else hold(name, { ...job, wakeUp });
  };

  /** What the store said a moment ago brings on what waits, and puts nothing off: it may have been overtaken since. */
  const takeFound = (wakeUp: WakeUp, isWhole: boolean) => {
    const name = nameOf(wakeUp);
    const job = jobs.get(name);
    if (job === undefined) return take(wakeUp);
    if (job.isRunning) {
      // It may have looked at its record before somebody else stored this.
      if (isWhole) job.again ??= wakeUp;
    } else if (job.failures === 0 && wakeUp.runAt <= job.wakeUp.runAt) {
      const again = wakeUp.runAt < job.wakeUp.runAt ? job.wakeUp : job.again;
      hold(name, { ...job, wakeUp, again });
    }
  };

  /** @param isWhole not only for more to do */
  const look = async (isWhole = true) => {
    const until = later(instant(clock.now()), lookEvery);
    // Those that are held here are due as well, and must not hide the others.
    const limit = jobs.size + lookLimit;
    const found = await options.due(until, limit);
    thereIsMore = found.length === limit;
    for (const { tenant, id, wakeAt } of found) takeFound({ tenant, id, runAt: wakeAt }, isWhole);
  };

  const lookForMore = () => {
    if (!thereIsMore) return;
    thereIsMore = false;
    look(false).catch(onError);
  };

  return {
    enqueue: async ({ tenant, id }, { runAt }) => {
      if (handler !== null) take({ tenant, id, runAt });
    },
    work: async (handle, { concurrency: atOnce }) => {
      concurrency = atOnce;
      handler = handle;
      await look();
      void keepLooking({ clock, every: lookEvery, look, onError }, stopped.signal);
    },
    stop: async () => {
      stopped.abort();
      await Promise.all(running);
    },
  };
};
