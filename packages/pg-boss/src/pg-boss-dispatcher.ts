import {
  ConfigurationMistake,
  checkDefinition,
  type Dispatcher,
  listenerOf,
  type WakeUp,
} from "@subject-rights/core";
import type { PgBoss } from "pg-boss";
import { z } from "zod";
import { singletonKeyOf, writeJob } from "./job.ts";
import { isOn } from "./joined-store.ts";
import { makeQueue } from "./queue.ts";
import { startWorker, type Worker } from "./worker.ts";

export interface PgBossDispatcherOptions {
  /** Started already, with `bossSettings`. It is never started or stopped here. */
  readonly boss: PgBoss;
  /** The name of a queue that is for this alone; it is made. Default: `subject-rights`. */
  readonly queue?: string;
  /**
   * What the request store was given as its client, where that is on the database of pg-boss: then a request and its
   * wake-up are stored together. Left out: the wake-up is stored right behind the request.
   */
  readonly client?: object;
  /** Milliseconds between two looks into a queue that has nothing. Default: 1,000. */
  readonly pollEvery?: number;
  /** Is told of what pg-boss could not do; it is tried again. Default: the event `error` of `boss`. */
  readonly onError?: (error: unknown) => void;
}

const optionsSchema = z.strictObject({
  boss: z.custom<object>((value) => typeof value === "object" && value !== null, "hand in a PgBoss"),
  queue: z.string().min(1).default("subject-rights"),
  client: z
    .custom<object>((value) => typeof value === "object" && value !== null, "hand in a client")
    .optional(),
  pollEvery: z.number().int().min(10).default(1_000),
  onError: z.custom<object>((value) => typeof value === "function", "must be a function").optional(),
});

/** A transaction that is about to end cannot say when it has. */
const soonAfterCommit = 20;

const tries = 5;

/**
 * Wakes requests over as many processes as work on the queue. A driver only: the jobs say whom to wake and when, and
 * the requests say what there is to do.
 *
 * @throws ConfigurationMistake where the options cannot work; what pg-boss throws where it cannot be asked
 */
export const pgBossDispatcher = async (options: PgBossDispatcherOptions): Promise<Dispatcher> => {
  const { queue, client, pollEvery } = checkDefinition("pgBossDispatcher", optionsSchema, options);
  const { boss } = options;
  const onError =
    options.onError === undefined
      ? (error: unknown) => void boss.emit("error", asError(error))
      : listenerOf(options.onError);
  // Before any transaction: over a single connection, there the queue could not be asked for.
  await makeQueue(boss, queue);
  let worker: Worker | null = null;
  let isStopped = false;

  const joins = (handle: unknown) => client !== undefined && isOn(client, handle);

  const put = async (wakeUp: WakeUp, singletonKey: string, tx: unknown, failures = 0): Promise<void> => {
    const isDue = Date.parse(wakeUp.runAt) <= Date.now();
    const startAfter = isDue ? 0 : wakeUp.runAt;
    const within = client !== undefined && isOn(client, tx) ? { db: { executeSql: tx.executeSql } } : {};
    for (let attempt = 1; attempt <= tries; attempt += 1) {
      const kept = { singletonKey, startAfter, ...within };
      const { jobs } = await boss.upsert(queue, writeJob(wakeUp, failures), kept);
      if (jobs.length > 0) {
        if (isDue) worker?.soon(tx === undefined ? 0 : soonAfterCommit);
        return;
      }
      // One that waited was begun at this very moment, and may have read what was there before: one more has to wait.
    }
    throw new Error("The job that waits was begun again and again at the same moment; nothing was enqueued.");
  };

  return {
    joins,
    enqueue: async ({ tenant, id }, { runAt, dedupeKey, tx }) => {
      if (tx !== undefined && !joins(tx))
        throw new ConfigurationMistake(
          "This transaction is not one of the client that the dispatcher was given.",
        );
      await put({ tenant, id, runAt }, singletonKeyOf(dedupeKey), tx);
    },
    work: async (handler, { concurrency }) => {
      if (worker !== null || isStopped)
        throw new ConfigurationMistake("A dispatcher works once: make another one.");
      worker = startWorker({
        boss,
        queue,
        handler,
        concurrency,
        pollEvery,
        again: (wakeUp, singletonKey, failures) => put(wakeUp, singletonKey, undefined, failures),
        onError,
      });
    },
    stop: async () => {
      isStopped = true;
      await worker?.stop();
    },
  };
};

const asError = (thrown: unknown): Error =>
  thrown instanceof Error ? thrown : new Error("pg-boss failed.", { cause: thrown });
