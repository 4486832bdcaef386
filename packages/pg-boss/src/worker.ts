import { backOff, type WakeUp } from "@subject-rights/core";
import type { JobAttempt, JobWithMetadata, PgBoss } from "pg-boss";
import { gathered } from "./gathered.ts";
import { readJob } from "./job.ts";
import { pause } from "./pause.ts";
import { heartbeatEvery } from "./queue.ts";

export type WorkingBoss = Pick<PgBoss, "fetch" | "fail" | "deleteJob" | "touch">;

export interface WorkerParts {
  readonly boss: WorkingBoss;
  readonly queue: string;
  readonly handler: (wakeUp: WakeUp) => Promise<void>;
  readonly concurrency: number;
  /** Milliseconds between two looks into a queue that has nothing. */
  readonly pollEvery: number;
  /** Enqueues a request whose handler threw so often, under the key that it had. */
  readonly again: (wakeUp: WakeUp, singletonKey: string, failures: number) => Promise<void>;
  readonly onError: (error: unknown) => void;
}

export interface Worker {
  /** Looks into the queue in so many milliseconds, and not only when it would. */
  soon(milliseconds: number): void;
  stop(): Promise<void>;
}

/** How many jobs are fetched at once. */
const batchSize = 32;

/**
 * Fetches jobs as long as there is room for them, and settles each when it is done, not with the others it came with:
 * one long export holds up nobody. A full batch is followed by the next at once.
 */
export const startWorker = (parts: WorkerParts): Worker => {
  const { boss, queue, handler, concurrency, pollEvery, again, onError } = parts;
  const underWay = new Map<string, JobAttempt>();
  const byRequest = new Map<string, Promise<void>>();
  const idle = pause();
  let isStopped = false;

  // The request has a history of its own: a job that is done is of no use to anybody.
  const settle = gathered<JobAttempt>((attempts) => boss.deleteJob(queue, [...attempts]));

  const workOn = async (job: JobWithMetadata<unknown>): Promise<void> => {
    const { wakeUp, failures } = readJob(job.data);
    try {
      await handler(wakeUp);
    } catch {
      // Where not even this can be said, the job comes back when its last sign of life is too old.
      const delay = backOff(failures + 1, Math.random());
      const runAt = new Date(Date.now() + delay).toISOString();
      await again({ ...wakeUp, runAt }, keyOf(job), failures + 1);
    }
  };

  const start = (job: JobWithMetadata<unknown>): void => {
    const attempt = attemptOf(job);
    underWay.set(job.id, attempt);
    // One that came back, because the database heard no sign of life, may still be worked on right here.
    const before = byRequest.get(keyOf(job));
    const work = (async () => {
      await before;
      await workOn(job).catch((thrown: unknown) => {
        onError(thrown);
        throw thrown;
      });
      await settle(attempt).catch(onError);
    })()
      .catch(() => undefined)
      .finally(() => {
        if (underWay.get(job.id) === attempt) underWay.delete(job.id);
        if (byRequest.get(keyOf(job)) === work) byRequest.delete(keyOf(job));
        idle.ring();
      });
    byRequest.set(keyOf(job), work);
  };

  const fetch = async (count: number): Promise<readonly JobWithMetadata<unknown>[] | null> => {
    try {
      return await boss.fetch<unknown>(queue, { batchSize: count, includeMetadata: true });
    } catch (thrown) {
      onError(thrown);
      return null;
    }
  };

  const run = async (): Promise<void> => {
    let failures = 0;
    while (!isStopped) {
      const room = Math.min(batchSize, concurrency - byRequest.size);
      if (room <= 0) {
        await idle.wait(pollEvery);
        continue;
      }
      const jobs = await fetch(room);
      failures = jobs === null ? failures + 1 : 0;
      const found = jobs ?? [];
      if (isStopped) {
        // Fetched for nobody. What cannot be given back comes back by itself.
        if (found.length > 0) await boss.fail(queue, found.map(attemptOf)).catch(onError);
        return;
      }
      for (const job of found) start(job);
      if (found.length < room) await idle.wait(failures > 0 ? backOff(failures, Math.random()) : pollEvery);
    }
  };

  const beat = setInterval(() => {
    const attempts = [...underWay.values()];
    if (attempts.length > 0) boss.touch(queue, attempts).catch(onError);
  }, heartbeatEvery);
  const running = run();

  return {
    soon: (milliseconds) => {
      if (milliseconds <= 0) idle.ring();
      else setTimeout(idle.ring, milliseconds).unref();
    },
    stop: async () => {
      isStopped = true;
      idle.ring();
      await running;
      await Promise.all(byRequest.values());
      clearInterval(beat);
    },
  };
};

const keyOf = ({ id, singletonKey }: JobWithMetadata<unknown>): string => singletonKey ?? id;

const attemptOf = ({ id, retryCount }: JobWithMetadata<unknown>): JobAttempt => ({ id, retryCount });
