import { type ChildProcess, fork } from "node:child_process";
import { join } from "node:path";
import { orThrow, type SweepView } from "@subject-rights/core";
import pg from "pg";
import { afterEach, describe, expect, inject, it } from "vitest";
import { createDatabase, type TestDatabase } from "../support/database.ts";
import { createPglite, freePglite } from "../support/pglite.ts";
import {
  customerEmail,
  customersFrom,
  fillCustomers,
  openSweeping,
  sweepActor,
  sweepSchema,
} from "./sweeping.ts";

const isThorough = inject("isThorough");
const databases: TestDatabase[] = [];
afterEach(async () => {
  for (const database of databases.splice(0)) await database.drop();
});

const shopOf = async (customers: number, options: Parameters<typeof openSweeping>[1] = {}) => {
  const database = await createDatabase();
  databases.push(database);
  await fillCustomers(database.pool, customers);
  const opened = openSweeping(database.pool, options);
  orThrow(await opened.migrate());
  const numberOf = async (what: string): Promise<number> =>
    (await database.pool.query(`select count(*)::int as count from ${what}`)).rows[0].count;
  return { ...opened, database, numberOf };
};

const order = {
  actor: sweepActor,
  reason: "retention",
  category: "customer-data",
  batchSize: 20,
  concurrency: 3,
} as const;

/** What the audit says of people, and the sequence without gaps that it has to have. */
const auditOf = async ({ rights }: ReturnType<typeof openSweeping>, sweepId: string) => {
  const actions: string[] = [];
  for (let after = 0; ; ) {
    const page = orThrow(await rights.sweeps.audit({ actor: sweepActor, sweepId, after }));
    if (page.length === 0) return actions;
    for (const { sequence, action } of page) {
      after += 1;
      expect(sequence).toBe(after);
      actions.push(action);
    }
  }
};

describe("a sweep over PostgreSQL", () => {
  it("erases, counts and audits everybody in the transactions of its record", async () => {
    const shop = await shopOf(45);
    const running = orThrow(await shop.rights.sweeps.eraseMany({ ...order, people: customersFrom(50, 32) }));
    const view = orThrow(await running.end());
    expect(view).toMatchObject({
      status: "completed",
      counts: { erased: 45, absent: 5, retained: 0, leftBehind: 0 },
    });
    expect(view.records.map(({ collection, erased }) => [collection, erased]).sort()).toEqual([
      ["Customers", 45],
      ["Orders", 135],
    ]);
    expect([await shop.numberOf("customers"), await shop.numberOf("orders")]).toEqual([0, 0]);
    const actions = await auditOf(shop, view.id);
    expect(actions.filter((action) => action === "person-erased")).toHaveLength(45);
    expect(await shop.numberOf("subject_rights.claim")).toBe(0);
    expect(await shop.numberOf("subject_rights.sweep_part")).toBe(0);
    expect(await shop.numberOf("subject_rights.key where name like 'sweep/%'")).toBe(0);
  });

  it("leaves those behind whom a foreign key holds, and nobody else; and erases them later", async () => {
    const shop = await shopOf(40);
    await shop.database.pool.query("insert into disputes values (7), (30), (31)");
    const running = orThrow(await shop.rights.sweeps.eraseMany({ ...order, people: customersFrom(40, 40) }));
    const first = orThrow(await running.end());
    expect(first).toMatchObject({
      status: "completed-with-exceptions",
      counts: { erased: 37, absent: 0, leftBehind: 3 },
    });
    expect([await shop.numberOf("customers"), await shop.numberOf("orders")]).toEqual([3, 9]);
    const on = { actor: sweepActor, sweepId: first.id };
    const left = orThrow(await shop.rights.sweeps.leftBehind(on));
    expect(left).toMatchObject(Array(3).fill({ problem: "still-present", source: "postgres" }));
    const { rows } = await shop.database.pool.query(
      "select string_agg(p::text, '') as all from subject_rights.sweep_part p",
    );
    expect(rows[0].all).not.toContain("@example.org");
    const named = await Promise.all(
      left.map(async ({ number }) => orThrow(await shop.rights.sweeps.reveal({ ...on, number }))[0]?.value),
    );
    expect(named.sort()).toEqual([7, 30, 31].map(customerEmail).sort());

    await shop.database.pool.query("delete from disputes where customer_id <> 7");
    const second = orThrow(await orThrow(await shop.rights.sweeps.retry(on)).end());
    expect(second).toMatchObject({
      status: "completed-with-exceptions",
      counts: { erased: 39, leftBehind: 1 },
    });
    await shop.database.pool.query("delete from disputes");
    const third = orThrow(await orThrow(await shop.rights.sweeps.retry(on)).end());
    expect(third).toMatchObject({ status: "completed", counts: { erased: 40, leftBehind: 0 } });
    expect([await shop.numberOf("customers"), await shop.numberOf("orders")]).toEqual([0, 0]);
    expect(await shop.numberOf("subject_rights.key where name like 'sweep/%'")).toBe(0);
  });

  it("works over a single connection, and over PGlite", async () => {
    const shop = await shopOf(0);
    const client = new pg.Client({ connectionString: shop.database.url });
    await client.connect();
    const pglite = await createPglite();
    await pglite.exec(sweepSchema);
    // Slower by ten times over PGlite: what it would show of more people the other shows.
    for (const [each, count] of [
      [client, 25],
      [pglite, isThorough ? 25 : 6],
    ] as const) {
      const asked: { query(text: string): Promise<unknown> } = each;
      await asked.query(
        `insert into customers select c, 'halmstrand', 'customer-' || c || '@example.org' from generate_series(1, ${count}) c`,
      );
      const { rights, migrate } = openSweeping(shop.database.pool, { client: each });
      orThrow(await migrate());
      const running = orThrow(await rights.sweeps.eraseMany({ ...order, people: customersFrom(count, 10) }));
      expect(orThrow(await running.end())).toMatchObject({ status: "completed", counts: { erased: count } });
    }
    await client.end();
    await freePglite(pglite);
  });
});

const script = join(import.meta.dirname, "sweeping-process.ts");

/** Starts a sweep in a process of its own, and kills that once so many people are said to be erased. */
const killedAt = async (url: string, count: number, mixed: string, erased: number): Promise<string> => {
  const child: ChildProcess = fork(script, [url, String(count), mixed], {
    execArgv: ["--conditions=source"],
  });
  const ended = new Promise<void>((resolve) => void child.once("exit", () => resolve()));
  const id = await new Promise<string>((resolve, reject) => {
    let known = "";
    child.on("message", (message: { id?: string; erased?: number }) => {
      known = message.id ?? known;
      if ((message.erased ?? -1) < erased) return;
      child.kill("SIGKILL");
      resolve(known);
    });
    child.once("exit", () => reject(new Error(`the child ended by itself; the sweep was ${known}`)));
  });
  await ended;
  return id;
};

const everybody = isThorough ? 300 : 60;

describe("a sweep whose process is killed", () => {
  // Over one source as over two, whose record and rows are apart.
  const moments: readonly (readonly [string, number])[] = [
    ["mixed", everybody / 4],
    ...(isThorough
      ? ([
          ["", everybody / 6],
          ["", everybody / 2],
        ] as const)
      : []),
  ];
  it.each(moments)("goes on, and counts nobody twice or for nothing (%s, at %i)", async (mixed, erased) => {
    const shop = await shopOf(everybody, { isMixed: mixed === "mixed" });
    const sweepId = await killedAt(shop.database.url, everybody, mixed, erased);
    const before: SweepView = orThrow(await shop.rights.sweeps.read({ actor: sweepActor, sweepId }));
    expect(before.status).toBe("running");
    const gone = before.counts.erased + before.counts.waiting;
    expect(await shop.numberOf("customers")).toBe(everybody - gone);
    expect(gone).toBeGreaterThanOrEqual(erased);
    expect(before.counts.erased).toBeLessThan(everybody);

    const goOn = { actor: sweepActor, sweepId, people: customersFrom(everybody, 40) };
    const view = orThrow(await orThrow(await shop.rights.sweeps.goOn(goOn)).end());
    expect(view).toMatchObject({
      status: "completed",
      counts: { erased: everybody, absent: 0, retained: 0, waiting: 0, leftBehind: 0 },
    });
    expect([await shop.numberOf("customers"), await shop.numberOf("orders")]).toEqual([0, 0]);
    if (mixed === "mixed") expect(await shop.numberOf("erased_elsewhere")).toBe(everybody);
    const actions = await auditOf(shop, sweepId);
    expect(actions.filter((action) => action === "person-erased")).toHaveLength(everybody);
    expect(await shop.numberOf("subject_rights.claim")).toBe(0);
    expect(await shop.numberOf("subject_rights.sweep_part")).toBe(0);
  });
});
