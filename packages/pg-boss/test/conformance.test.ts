import { orThrow } from "@subject-rights/core";
import { migrate, postgresRequestStore } from "@subject-rights/postgres";
import { type DispatcherHarness, dispatcherCases, type Time } from "@subject-rights/testing";
import type { PgBoss } from "pg-boss";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { pgBossDispatcher } from "../src/index.ts";
import { createDatabase, type TestDatabase } from "./support/database.ts";

let database: TestDatabase;
/** Two processes, each of which all cases have a queue in. */
let shared: readonly PgBoss[];
let queues = 0;
const twoBosses = (connections?: number) =>
  Promise.all([database.openBoss(undefined, connections), database.openBoss(undefined, connections)]);
beforeAll(async () => {
  database = await createDatabase();
  shared = await twoBosses(12);
  orThrow(await migrate({ client: database.pool }));
});
afterAll(() => database.drop());

const time: Time = {
  now: () => new Date(),
  pass: (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds)),
  promptness: 1_500,
  patience: 2_000,
};

/** A queue of its own in two processes. */
const open = async (bosses: readonly PgBoss[]) => {
  queues += 1;
  const queue = `queue-${queues}`;
  const options = { queue, client: database.pool, pollEvery: 200 };
  const [dispatcher, another] = await Promise.all(
    bosses.map((boss) => pgBossDispatcher({ boss, ...options })),
  );
  if (dispatcher === undefined || another === undefined) throw new Error("there are two");
  return {
    dispatcher,
    another,
    queue,
    time,
    store: postgresRequestStore({ client: database.pool }),
    close: async () => void (await Promise.all([dispatcher.stop(), another.stop()])),
  };
};

const harness: DispatcherHarness = {
  make: () => open(shared),
  makeShared: () => open(shared),
  makeJoining: () => open(shared),
  makeBreakable: async () => {
    const bosses = await twoBosses();
    const breakIt = async () => {
      for (const boss of bosses) await boss.stop({ graceful: false });
    };
    return { ...(await open(bosses)), breakIt };
  },
};

describe("the dispatcher on pg-boss", { concurrent: true, timeout: 60_000 }, () => {
  for (const each of dispatcherCases(harness)) it(each.name, each.run);

  it("a job is nobody else's for as long as whoever works on it gives signs of life", async () => {
    const { dispatcher, another, queue, close } = await open(shared);
    let begun = 0;
    const over = Promise.withResolvers<void>();
    const handler = async () => {
      begun += 1;
      await over.promise;
    };
    await dispatcher.work(handler, { concurrency: 1 });
    const runAt = time.now().toISOString();
    await dispatcher.enqueue({ tenant: "halmstrand", id: "a" }, { runAt, dedupeKey: "a" });
    await expect.poll(() => begun).toBe(1);
    // Half of what pg-boss takes for a whole queue. A sign is given every 3.3 seconds.
    await database.pool.query("update pgboss.job set heartbeat_seconds = 5 where name = $1", [queue]);
    await another.work(handler, { concurrency: 1 });
    // Longer than somebody is waited for who says nothing.
    await time.pass(7_000);
    expect(begun).toBe(1);
    over.resolve();
    await close();
  });
});
