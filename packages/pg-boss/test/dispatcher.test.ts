import {
  ConfigurationMistake,
  createSubjectRights,
  type Dispatcher,
  orThrow,
  StorageFailed,
  type WakeUp,
} from "@subject-rights/core";
import { memoryNotifier } from "@subject-rights/memory";
import { postgresStorage } from "@subject-rights/postgres";
import { unwrapError } from "@subject-rights/testing";
import type { PgBoss } from "pg-boss";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { pgBossDispatcher } from "../src/index.ts";
import { company } from "./support/company.ts";
import { createDatabase, type TestDatabase } from "./support/database.ts";

let database: TestDatabase;
let boss: PgBoss;
beforeAll(async () => {
  database = await createDatabase();
  boss = await database.openBoss();
});
afterAll(() => database.drop());
/** Nothing is left to the next one but what pg-boss needs: making that takes longer than most of these tests do. */
afterEach(async () => {
  for (const { name } of await boss.getQueues()) await boss.deleteQueue(name);
  await database.pool.query(
    "drop schema if exists subject_rights cascade; drop function if exists together() cascade",
  );
});

const actor = { id: "admin-1", tenant: "halmstrand", roles: ["admin"] };
const submission = { actor, kind: "erasure", category: "customer-data", email: "ada@example.org" } as const;

const openLibrary = async (dispatcher: Dispatcher, lookEvery = 30_000) => {
  const { migrate, ...storage } = postgresStorage({
    client: database.pool,
    masterKey: new Uint8Array(32).fill(7),
  });
  orThrow(await migrate());
  const notifier = memoryNotifier();
  const rights = createSubjectRights({
    ...company,
    notifier,
    ...storage,
    dispatcher,
    lookEvery,
  });
  return { rights, notifier };
};

const jobs = async () => {
  const { rows } = await database.pool.query<{ data: object; row: string }>(
    "select data, j::text as row from pgboss.job j where name = 'subject-rights'",
  );
  return rows;
};

const until = async (isSo: () => boolean | Promise<boolean>): Promise<void> => {
  const end = Date.now() + 15_000;
  while (!(await isSo())) {
    if (Date.now() > end) throw new Error("it has not come to that in time");
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
};

describe("a job", () => {
  it("says whom to wake and when, holds nothing personal, and is gone when it is done", async () => {
    const dispatcher = await pgBossDispatcher({ boss, client: database.pool, pollEvery: 100 });
    const { rights, notifier } = await openLibrary(dispatcher);
    const { request } = orThrow(await rights.requests.submit(submission));
    const [job, ...others] = await jobs();
    expect(others).toEqual([]);
    expect(job?.data).toEqual({
      tenant: "halmstrand",
      requestId: request.id,
      runAt: expect.stringMatching(/^\d{4}-.*Z$/),
    });
    expect(job?.row).not.toMatch(/ada@|example\.org/i);

    orThrow(await rights.start());
    await until(() => notifier.sent.length === 1);
    const [message] = notifier.sent;
    if (message?.notice.type !== "confirmation") throw new Error("no confirmation was sent");
    orThrow(await rights.requests.acknowledge({ token: message.notice.token }));
    const outcome = async () => orThrow(await rights.requests.read({ actor, requestId: request.id })).outcome;
    await until(async () => (await outcome()) === "completed");
    await until(async () => (await jobs()).length === 0);
    await rights.stop();
  });

  it("is stored in one transaction with its request, and without it neither is", async () => {
    const dispatcher = await pgBossDispatcher({ boss, client: database.pool });
    const { rights } = await openLibrary(dispatcher);
    // Whoever stores a request is told to store its job as well, before anything of it can be seen.
    await database.pool.query(`create function together() returns trigger language plpgsql as $$ begin
      if not exists (select from pgboss.job where data ->> 'requestId' = new.id) then
        raise exception 'a request without its job'; end if; return null; end $$`);
    await database.pool.query(`create constraint trigger together after insert on subject_rights.request
      deferrable initially deferred for each row execute function together()`);
    orThrow(await rights.requests.submit(submission));
    expect((await jobs()).length).toBe(1);

    await database.pool.query("alter table pgboss.job_common rename to job_away");
    const failed = await rights.requests.submit({ ...submission, email: "bo@example.org" });
    expect(unwrapError(failed)).toBeInstanceOf(StorageFailed);
    const { rows } = await database.pool.query("select from subject_rights.request");
    expect(rows.length).toBe(1);
    await database.pool.query("alter table pgboss.job_away rename to job_common");
  });

  it("is stored behind its request where the dispatcher was given no client", async () => {
    const dispatcher = await pgBossDispatcher({ boss });
    const { rights } = await openLibrary(dispatcher);
    orThrow(await rights.requests.submit(submission));
    expect((await jobs()).length).toBe(1);
  });

  it("that was lost is made again", async () => {
    const dispatcher = await pgBossDispatcher({ boss, client: database.pool, pollEvery: 100 });
    const { rights, notifier } = await openLibrary(dispatcher, 500);
    orThrow(await rights.start());
    await boss.deleteAllJobs("subject-rights");
    orThrow(await rights.requests.submit(submission));
    await boss.deleteAllJobs("subject-rights");
    await until(() => notifier.sent.length === 1);
    await rights.stop();
  });
});

describe("the dispatcher", () => {
  const named = (id: string) => ({ tenant: "halmstrand", id });
  const now = () => new Date().toISOString();

  it("waits longer after each failure, and remembers how often it was", async () => {
    const dispatcher = await pgBossDispatcher({ boss, pollEvery: 50 });
    const tried: number[] = [];
    const handler = async () => {
      tried.push(Date.now());
      throw new Error("the store is away");
    };
    await dispatcher.work(handler, { concurrency: 1 });
    await dispatcher.enqueue(named("a"), { runAt: now(), dedupeKey: "a" });
    await until(() => tried.length === 3);
    const [first = 0, second = 0, third = 0] = tried;
    expect(second - first).toBeGreaterThanOrEqual(500);
    expect(third - second).toBeGreaterThanOrEqual(1_000);
    await dispatcher.stop();
    const [job] = await jobs();
    expect(job?.data).toMatchObject({ requestId: "a", failures: 3 });
  });

  it("goes through hundreds without a pause", async () => {
    const dispatcher = await pgBossDispatcher({ boss, pollEvery: 1_000 });
    const count = 500;
    await boss.insert(
      "subject-rights",
      Array.from({ length: count }, (_, index) => ({
        data: { tenant: "halmstrand", requestId: `${index}`, runAt: now() },
        singletonKey: `${index}`,
      })),
    );
    const seen = new Set<string>();
    const handler = async ({ id }: WakeUp) => void seen.add(id);
    const from = performance.now();
    await dispatcher.work(handler, { concurrency: 64 });
    await until(() => seen.size === count);
    // One at a time, and then a pause, would be minutes.
    expect(performance.now() - from).toBeLessThan(15_000);
    await dispatcher.stop();
    expect((await jobs()).length).toBe(0);
  });

  it("takes a key of any length", async () => {
    const dispatcher = await pgBossDispatcher({ boss, pollEvery: 50 });
    const seen: string[] = [];
    await dispatcher.work(async ({ id }) => void seen.push(id), { concurrency: 2 });
    const long = Buffer.from(Array.from({ length: 6_000 }, () => Math.random() * 256)).toString("base64");
    await dispatcher.enqueue(named("a"), { runAt: now(), dedupeKey: `${long}a` });
    await dispatcher.enqueue(named("b"), { runAt: now(), dedupeKey: `${long}b` });
    await until(() => seen.length === 2);
    expect(seen.toSorted()).toEqual(["a", "b"]);
    await dispatcher.stop();
  });

  it("refuses a queue that somebody else has made, and a transaction that is not its client's", async () => {
    await boss.createQueue("letters");
    await expect(pgBossDispatcher({ boss, queue: "letters" })).rejects.toBeInstanceOf(ConfigurationMistake);
    const dispatcher = await pgBossDispatcher({ boss });
    const options = { runAt: now(), dedupeKey: "a", tx: { client: database.pool } };
    await expect(dispatcher.enqueue(named("a"), options)).rejects.toBeInstanceOf(ConfigurationMistake);
    await expect(pgBossDispatcher({ boss, pollEvery: 0 })).rejects.toBeInstanceOf(ConfigurationMistake);
  });

  it("brings a queue of an earlier release up to date", async () => {
    await boss.createQueue("subject-rights", { policy: "singleton", retryLimit: 2, heartbeatSeconds: 60 });
    await pgBossDispatcher({ boss });
    expect(await boss.getQueue("subject-rights")).toMatchObject({
      heartbeatSeconds: 10,
      retryLimit: 1_000_000,
    });
  });
});
