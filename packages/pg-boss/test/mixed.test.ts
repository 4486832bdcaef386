import { createSubjectRights, type Dispatcher, defineNotifier, orThrow } from "@subject-rights/core";
import { postgresStorage } from "@subject-rights/postgres";
import { afterEach, beforeEach, describe, expect, inject, it } from "vitest";
import { pgBossDispatcher } from "../src/index.ts";
import { company } from "./support/company.ts";
import { createDatabase, type TestDatabase } from "./support/database.ts";

let database: TestDatabase;
beforeEach(async () => {
  database = await createDatabase();
});
afterEach(() => database.drop());

const actor = { id: "admin-1", tenant: "halmstrand", roles: ["admin"] };
const letters = 12;

/** A mail server that both processes write to. It takes its time, and is down at first. */
const mailServer = () => {
  const mail = { isDown: true, tries: 0 };
  const accepted: string[] = [];
  const notifier = defineNotifier({
    id: "mail",
    send: async ({ id }) => {
      mail.tries += 1;
      await new Promise((resolve) => setTimeout(resolve, 50));
      if (mail.isDown) throw new Error("no mail today");
      accepted.push(id);
    },
  });
  return { mail, accepted, notifier };
};

const until = async (isSo: () => boolean): Promise<void> => {
  const end = Date.now() + 30_000;
  while (!isSo()) {
    if (Date.now() > end) throw new Error("it has not come to that in time");
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
};

describe("two processes over one store, of which each is woken in its own way", () => {
  // Without pg-boss, two processes have one outage in the tests of the store as well.
  it.each([
    { woken: "by pg-boss in one of them", isMixed: true },
    ...(inject("isThorough") ? [{ woken: "within each of them", isMixed: false }] : []),
  ])("$woken send each letter once when an outage of mail is over", async ({ isMixed }) => {
    const { mail, accepted, notifier } = mailServer();
    const { migrate, ...storage } = postgresStorage({
      client: database.pool,
      masterKey: new Uint8Array(32).fill(7),
    });
    orThrow(await migrate());
    const errors: unknown[] = [];
    const open = (dispatcher?: Dispatcher) =>
      createSubjectRights({
        ...company,
        notifier,
        ...storage,
        ...(dispatcher && { dispatcher }),
        concurrency: letters,
        lookEvery: 200,
        rules: { messageDelay: 1_000 },
        onError: (error) => void errors.push(error),
      });
    const boss = isMixed ? await database.openBoss() : null;
    const one = open(
      boss === null ? undefined : await pgBossDispatcher({ boss, client: database.pool, pollEvery: 100 }),
    );
    const processes = [one, open()];
    for (let index = 0; index < letters; index += 1) {
      const email = `person-${index}@example.org`;
      orThrow(await one.requests.submit({ actor, kind: "erasure", category: "customer-data", email }));
    }
    for (const { start } of processes) orThrow(await start());
    await until(() => mail.tries > 3 * letters);
    mail.isDown = false;
    await until(() => accepted.length >= letters);
    // Time for the same letters to be sent by the other one.
    await new Promise((resolve) => setTimeout(resolve, 2_000));
    expect(accepted).toHaveLength(letters);
    expect(new Set(accepted).size).toBe(letters);
    // Each process is told of the outage, once.
    expect(errors).toMatchObject([{ adapter: "mail" }, { adapter: "mail" }]);
    await Promise.all(processes.map(({ stop }) => stop()));
  });
});
