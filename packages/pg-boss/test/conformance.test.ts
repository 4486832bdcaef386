import { orThrow } from "@subject-rights/core";
import { migrate, postgresRequestStore } from "@subject-rights/postgres";
import { type DispatcherHarness, dispatcherCases, type Time } from "@subject-rights/testing";
import { afterAll, beforeAll, describe, it } from "vitest";
import { pgBossDispatcher } from "../src/index.ts";
import { createDatabase, type TestDatabase } from "./support/database.ts";

let database: TestDatabase;
let queues = 0;
beforeAll(async () => {
  database = await createDatabase();
  orThrow(await migrate({ client: database.pool }));
});
afterAll(() => database.drop());

const time: Time = {
  now: () => new Date(),
  pass: (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds)),
  promptness: 1_500,
  patience: 2_000,
};

/** Two processes on a queue of their own. */
const open = async () => {
  queues += 1;
  const queue = `queue-${queues}`;
  const bosses = [await database.openBoss(), await database.openBoss()];
  const options = { queue, client: database.pool, pollEvery: 200 };
  const [dispatcher, another] = await Promise.all(
    bosses.map((boss) => pgBossDispatcher({ boss, ...options })),
  );
  if (dispatcher === undefined || another === undefined) throw new Error("there are two");
  return {
    dispatcher,
    another,
    time,
    bosses,
    store: postgresRequestStore({ client: database.pool }),
    close: async () => {
      await Promise.all([dispatcher.stop(), another.stop()]);
      for (const boss of bosses) await boss.stop({ graceful: false });
    },
  };
};

const harness: DispatcherHarness = {
  make: open,
  makeShared: open,
  makeJoining: open,
  makeBreakable: async () => {
    const fixture = await open();
    const breakIt = async () => {
      for (const boss of fixture.bosses) await boss.stop({ graceful: false });
    };
    return { ...fixture, breakIt };
  },
};

describe("the dispatcher on pg-boss", { concurrent: true, timeout: 60_000 }, () => {
  for (const each of dispatcherCases(harness)) it(each.name, each.run);
});
