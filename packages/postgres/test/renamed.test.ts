import { orThrow } from "@subject-rights/core";
import { memoryStorage } from "@subject-rights/memory";
import { simulatedClock } from "@subject-rights/testing";
import { afterAll, beforeAll, beforeEach, describe, expect, inject, it } from "vitest";
import { type DataMap, postgresDataSource, type TableMap } from "../src/index.ts";
import { actor, askingOf } from "./support/asking.ts";
import { createDatabase, emptying, type TestDatabase } from "./support/database.ts";

let database: TestDatabase;
beforeAll(async () => {
  database = await createDatabase();
});
beforeEach(async () => {
  await database.pool.query(`${emptying}
    create table users (id int primary key, email text, name text);
    create table invoices (id int primary key, user_id int not null references users, paid_on date not null);
    create table receipts (id int primary key, user_id int not null references users, paid_on date not null);
    insert into users values (1, 'ada@example.org', 'Ada'), (2, 'eve@example.org', 'Eve');
    insert into invoices values (1, 1, '2025-05-01'), (2, 2, '2025-05-01');
    insert into receipts values (1, 1, '2025-05-01'), (2, 2, '2025-05-01');
  `);
});
afterAll(() => database.drop());

const retained = (table: string, title: string, changes: Partial<TableMap> = {}): TableMap => ({
  table,
  title,
  category: "customer-data",
  belongs: { references: "users" },
  columns: { id: "exported", user_id: "exported", paid_on: "exported" },
  erasure: { retain: { reason: "§ 147 AO", until: { column: "paid_on", years: 1, endOfYear: true } } },
  ...changes,
});
const invoices = retained("invoices", "Invoices");
const receipts = retained("receipts", "Receipts");
const mapOf = (...tables: readonly TableMap[]): DataMap => ({
  tenant: { only: actor.tenant },
  tables: [
    {
      table: "users",
      title: "Users",
      category: "customer-data",
      belongs: [
        { column: "email", identifier: "email" },
        { column: "id", identifier: "user-id" },
      ],
      columns: { id: "exported", email: { anonymise: "null" }, name: { anonymise: "null" } },
      erasure: "anonymise",
    },
    ...tables,
  ],
});

const erasure = { kind: "erasure", category: "customer-data", email: "ada@example.org" } as const;

/** Ada is erased with one map; the next deployments, with others, are over the same store. */
const erasedWith = async (map: DataMap) => {
  const storage = memoryStorage();
  const clock = simulatedClock(new Date("2026-03-02T09:00:00.000Z"));
  const deployed = (dataMap: DataMap) =>
    askingOf([postgresDataSource({ client: database.pool, dataMap, id: "shop", clock })], storage, clock);
  const first = await deployed(map);
  const { id } = await first.ask(erasure);
  expect(await first.read(id)).toMatchObject({ reopensAt: "2027-01-01T00:00:00.000Z" });
  await first.rights.stop();
  /** The day has come. */
  const later = async (dataMap: DataMap) => {
    const world = await deployed(dataMap);
    // At once: a look every half minute of these months would be asked of a real database.
    world.clock.set(new Date(Math.max(Date.parse("2027-01-02T09:00:00.000Z"), clock.now().getTime())));
    await world.until(async () => {
      const { phase, reopensAt, waitingFor } = await world.read(id);
      return (phase === "closed" && reopensAt === null) || waitingFor.some((each) => each.for === "source");
    });
    return { ...world, id, outcomes: async () => (await world.read(id)).sources[0]?.outcomes };
  };
  return later;
};

const left = async (table: string) =>
  (await database.pool.query(`select id from ${table} order by id`)).rows.map(({ id }) => id as number);

describe("what was retained in a table that the map calls otherwise by the day", () => {
  it.each<[string, () => Promise<TableMap>]>([
    ["is reworded", async () => retained("invoices", "Rechnungen")],
    ["is of another category", async () => retained("invoices", "Invoices", { category: "user-data" })],
    [
      "is another table of the same title",
      async () => {
        await database.pool.query("alter table invoices rename to bills");
        return retained("bills", "Invoices");
      },
    ],
  ])("is found and erased, and told by its name on record, where it %s", async (_, change) => {
    const later = await erasedWith(mapOf(invoices, receipts));
    const changed = await change();
    const { read, id, outcomes, sent, errors, rights, until } = await later(mapOf(changed, receipts));
    expect(await read(id)).toMatchObject({ outcome: "completed", reopensAt: null });
    expect(await outcomes()).toMatchObject([
      { collection: "Users", outcome: "anonymised" },
      { collection: "Invoices", outcome: "erased", count: 1 },
      { collection: "Receipts", outcome: "erased", count: 1 },
    ]);
    expect(await left(typeof changed.table === "string" ? changed.table : "")).toEqual([2]);
    const letter = () => sent.findLast(({ type }) => type === "completion");
    await until(async () => letter() !== undefined);
    expect(letter()).toMatchObject({ complete: true });
    expect(errors).toEqual([]);
    await rights.stop();
  });
});

describe("a collection that is gone from the map", () => {
  const others: [string, readonly TableMap[], readonly number[]][] = [
    ["alone", [], [1, 2]],
    ["and has left its title to another", [retained("receipts", "Invoices")], [2]],
  ];
  // It is named as alone, and as beside one of its title.
  if (inject("isThorough")) others.push(["beside another that is there", [receipts], [2]]);
  it.each(others)("is named, and never told as absent: %s", async (_, tables, receiptsLeft) => {
    const later = await erasedWith(mapOf(invoices, ...(tables.length > 0 ? [receipts] : [])));
    const { read, id, outcomes, sent, rights, until } = await later(mapOf(...tables));
    const kept = { collection: "Invoices", outcome: "retained", count: 1, until: "2026-12-31" };
    const before = await read(id);
    expect(before.phase).toBe("origins");
    expect(before.sources[0]).toMatchObject({
      status: "warning",
      problem: { code: "collection-missing", retryable: false, collections: ["Invoices"] },
    });
    expect(await outcomes()).toEqual(expect.arrayContaining([expect.objectContaining(kept)]));
    expect(await left("invoices")).toEqual([1, 2]);
    expect(await left("receipts")).toEqual(receiptsLeft);
    await until(async () => sent.some(({ type }) => type === "support"));
    expect(sent.find(({ type }) => type === "support")).toMatchObject({
      problem: "collection-missing",
      collections: ["Invoices"],
    });
    const reason = "The accounts department sees to it";
    orThrow(await rights.requests.settleSource({ actor, requestId: id, source: "shop", reason }));
    await until(async () => (await read(id)).phase === "closed");
    expect(await read(id)).toMatchObject({ outcome: "completed-with-exceptions" });
    // It stays, and nobody erases it on its day any more.
    const stays = { collection: "Invoices", outcome: "kept", count: 1 };
    expect(await outcomes()).toEqual(expect.arrayContaining([expect.objectContaining(stays)]));
    await rights.stop();
  });

  it("is found once the map names it again", async () => {
    const later = await erasedWith(mapOf(invoices, receipts));
    const without = await later(mapOf(receipts));
    await without.rights.stop();
    const { rights, read, id, outcomes, until } = await later(mapOf(receipts, retained("invoices", "Bills")));
    orThrow(await rights.requests.retrySource({ actor, requestId: id, source: "shop" }));
    await until(async () => (await read(id)).phase === "closed");
    expect(await read(id)).toMatchObject({ outcome: "completed", reopensAt: null });
    expect(await outcomes()).toContainEqual({ collection: "Invoices", outcome: "erased", count: 1 });
    expect([await left("invoices"), await left("receipts")]).toEqual([[2], [2]]);
    await rights.stop();
  });
});
