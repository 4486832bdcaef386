import {
  type Clock,
  type CollectionOutcome,
  orThrow,
  type RequestView,
  subjectOf,
} from "@subject-rights/core";
import { unwrapError } from "@subject-rights/testing";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type DataMap, postgresDataSource, type TableMap } from "../src/index.ts";
import { callFor } from "./source/people.ts";
import { actor, askingOf } from "./support/asking.ts";
import { createDatabase, emptying, type TestDatabase } from "./support/database.ts";

let database: TestDatabase;
beforeAll(async () => {
  database = await createDatabase();
});
beforeEach(async () => {
  await database.pool.query(`${emptying}
    create table users (id int primary key, email text);
    create table addresses (id int primary key, street text);
    create table residents (id int primary key, address_id int not null, name text);
    create table orders (id int primary key, user_id int not null references users, address_id int,
      paid_on date not null);
    create table notes (id int primary key, order_id int references orders, other_id int references orders);
    create table wishes (email text, address_id int);
    insert into users values (1, 'ann@x.org'), (2, 'bob@x.org');
    insert into addresses values (1, 'of both'), (2, 'of Ann alone');
    insert into residents values (1, 1, 'both'), (2, 2, 'Ann');
    insert into orders values (1, 1, 1, '2025-05-05'), (2, 2, 1, '2026-05-05'), (3, 1, 2, '2025-05-05'),
      (4, 1, 2, '2026-05-05');
    insert into notes values (1, 1, 2), (2, 3, null);
  `);
});
afterAll(() => database.drop());

const table = (name: string, belongs: TableMap["belongs"], part: Partial<TableMap> = {}): TableMap => ({
  table: name,
  title: name,
  category: "customer-data",
  belongs,
  columns: {},
  erasure: "delete",
  ...part,
});

const dataMap: DataMap = {
  tenant: { only: actor.tenant },
  tables: [
    table(
      "users",
      [
        { column: "email", identifier: "email" },
        { column: "id", identifier: "user-id" },
      ],
      { columns: { email: { anonymise: "null" } }, erasure: "anonymise" },
    ),
    table(
      "orders",
      { references: "users" },
      {
        erasure: {
          retain: { reason: "§ 147 AO", until: { column: "paid_on", years: 1, endOfYear: true } },
        },
      },
    ),
    table("wishes", { column: "email", identifier: "email" }),
    table(
      "addresses",
      [
        { referencedBy: "orders", on: { id: "address_id" } },
        { referencedBy: "wishes", on: { id: "address_id" } },
      ],
      { kept: { reason: "Others live there" } },
    ),
    table("residents", { references: "addresses", on: { address_id: "id" } }),
    table(
      "notes",
      [
        { references: "orders", on: { order_id: "id" } },
        { references: "orders", on: { other_id: "id" } },
      ],
      { kept: { reason: "Of another order too" } },
    ),
  ],
  unlink: [
    { table: "notes", columns: ["order_id"], reason: "The other order has it still" },
    { table: "notes", columns: ["other_id"], reason: "The order has it still" },
  ],
};

const idsIn = async (name: string): Promise<number[]> =>
  (await database.pool.query(`select id from ${name} order by id`)).rows.map(({ id }) => id as number);

const told = (outcomes: readonly CollectionOutcome[]) =>
  outcomes
    .map((each) => [each.collection, each.outcome, ...("count" in each ? [each.count] : [])].join(" "))
    .filter((each) => !each.endsWith("absent"));

describe("what was kept because of rows that the law had kept", () => {
  it("goes with the last of them, under the request that opens again for it, and the letter says so", async () => {
    const time: { clock?: Pick<Clock, "now"> } = {};
    const now = () => time.clock?.now() ?? new Date("2026-03-02T09:00:00.000Z");
    const source = postgresDataSource({ client: database.pool, dataMap, id: "shop", clock: { now } });
    const { ask, until, sent, read, clock } = await askingOf([source]);
    time.clock = clock;
    const asked = { kind: "erasure", category: "customer-data" } as const;
    const ann = await ask({ ...asked, email: "ann@x.org" });
    const bob = await ask({ ...asked, email: "bob@x.org" });
    expect(bob.outcome).toBe("completed-with-exceptions");
    expect([await idsIn("orders"), await idsIn("addresses"), await idsIn("notes")]).toEqual([
      [1, 2, 3, 4],
      [1],
      [1],
    ]);
    const letter = (requestId: string) =>
      sent.findLast((notice) => notice.type === "completion" && notice.requestId === requestId);
    const toldIn = async (requestId: string) => {
      const { sources } = await read(requestId);
      return told(sources.flatMap(({ outcomes }) => outcomes));
    };
    const onceOpened = async (day: string, ...requests: string[]) => {
      const before = requests.map(letter);
      // At once: a look every half minute of these years would be asked of a real database.
      clock.set(new Date(`${day}T00:01:00.000Z`));
      await until(async () => requests.every((requestId, index) => letter(requestId) !== before[index]));
    };

    await onceOpened("2027-01-01", ann.id);
    expect([await idsIn("orders"), await idsIn("addresses")]).toEqual([[2, 4], [1]]);
    expect((await database.pool.query("select * from notes")).rows).toEqual([
      { id: 1, order_id: null, other_id: 2 },
    ]);
    expect(await toldIn(ann.id)).toContain("addresses kept 1");

    await onceOpened("2028-01-01", ann.id, bob.id);
    expect([
      await idsIn("orders"),
      await idsIn("addresses"),
      await idsIn("residents"),
      await idsIn("notes"),
    ]).toEqual([[], [], [], []]);
    expect(await toldIn(bob.id)).toEqual([
      "users anonymised 1",
      "orders erased 1",
      "addresses erased 1",
      "residents erased 1",
      "notes erased 1",
    ]);
    expect(await read(bob.id)).toMatchObject({ outcome: "completed", reopensAt: null });
    expect(letter(bob.id)).toMatchObject({ complete: true });
  });
});

describe("what is shared with somebody who goes later", () => {
  const pupils = (part: Partial<TableMap>, name: string, belongs: TableMap["belongs"]) =>
    table(name, belongs, { ...part, title: name });
  const retained = (until: Extract<TableMap["erasure"], { retain: unknown }>["retain"]["until"]) =>
    ({ erasure: { retain: { reason: "School law", until } } }) as const;
  const school: DataMap = {
    tenant: { only: actor.tenant },
    tables: [
      ...dataMap.tables.slice(0, 1),
      pupils(retained({ column: "ends_on" }), "links", { references: "users" }),
      pupils(
        {
          ...retained({ column: "left_on", years: 1, endOfYear: true }),
          kept: { reason: "The other parent's" },
        },
        "pupils",
        { referencedBy: "links" },
      ),
      pupils(retained({ column: "given_on", years: 3, endOfYear: true }), "grades", { references: "pupils" }),
      pupils({}, "lists", { references: "pupils" }),
    ],
  };

  it("is told, and stays, by its own day once it is one person's alone, and each row is told once all the time", async () => {
    await database.pool.query(`
      create table pupils (id int primary key, left_on date not null);
      create table links (user_id int references users, pupil_id int references pupils,
        ends_on date not null, primary key (user_id, pupil_id));
      create table grades (id int primary key, pupil_id int references pupils, given_on date not null);
      create table lists (id int primary key, pupil_id int references pupils);
      insert into users values (3, 'cleo@x.org');
      insert into pupils values (1, '2026-07-01'), (2, '2025-07-01'), (3, '2026-07-01'), (4, '2026-07-01');
      insert into links values (1, 1, '2026-06-30'), (2, 1, '2026-12-31'), (1, 2, '2026-06-30'),
        (1, 4, '2026-06-30'), (3, 4, '2026-12-31'), (3, 3, '2026-12-31');
      insert into grades select id, id, left_on - 57 from pupils;
      insert into lists select id, id from pupils`);
    const time: { clock?: Pick<Clock, "now"> } = {};
    const now = () => time.clock?.now() ?? new Date("2026-03-02T09:00:00.000Z");
    const source = postgresDataSource({ client: database.pool, dataMap: school, id: "shop", clock: { now } });
    expect(orThrow(await source.check())).toEqual([]);
    const { ask, until, read, clock } = await askingOf([source]);
    time.clock = clock;
    const asked = { kind: "erasure", category: "customer-data" } as const;
    const people: RequestView[] = [];
    for (const name of ["ann", "bob", "cleo"]) people.push(await ask({ ...asked, email: `${name}@x.org` }));
    const located = {
      users: [1, 1, 1],
      links: [3, 1, 2],
      pupils: [3, 1, 2],
      grades: [3, 1, 2],
      lists: [3, 1, 2],
    };
    const outcomesOf = async (index: number) =>
      (await read(people[index]?.id ?? "")).sources.flatMap(({ outcomes }) => outcomes);
    const toldUntil = async (index: number) =>
      (await outcomesOf(index)).map((each) =>
        [each.collection, each.outcome, "count" in each && each.count, "until" in each && each.until]
          .filter((part) => part !== false)
          .join(" "),
      );
    expect(await toldUntil(1)).toEqual([
      "users anonymised 1",
      "links retained 1 2026-12-31",
      "pupils kept 1",
      "grades kept 1",
      "lists kept 1",
    ]);
    for (const day of ["2026-07-01", "2027-01-01", "2028-01-01", "2029-01-01", "2030-01-01"]) {
      clock.set(new Date(`${day}T00:01:00.000Z`));
      const isDone = async ({ id }: { id: string }) => {
        const { phase, reopensAt } = await read(id);
        return phase === "closed" && (reopensAt === null || reopensAt > clock.now().toISOString());
      };
      await until(async () => (await Promise.all(people.map(isDone))).every((each) => each));
      for (const index of people.keys()) {
        const outcomes = await outcomesOf(index);
        for (const [name, counts] of Object.entries(located)) {
          const said = outcomes.filter(({ collection }) => collection === name);
          const sum = said.reduce((all, each) => all + ("count" in each ? each.count : 0), 0);
          expect([day, index, name, sum]).toEqual([day, index, name, counts[index]]);
        }
      }
      if (day !== "2027-01-01") continue;
      // Ann's link has gone before, and the pupil is Bob's alone.
      expect(await toldUntil(1)).toEqual([
        "users anonymised 1",
        "links retained 1 2029-12-31",
        "pupils retained 1 2029-12-31",
        "grades retained 1 2029-12-31",
        "lists erased 1",
      ]);
      // Of Cleo's two, of which one is alone hers from the start, both are.
      expect(await toldUntil(2)).toEqual([
        "users anonymised 1",
        "links retained 2 2029-12-31",
        "pupils retained 2 2029-12-31",
        "grades retained 2 2029-12-31",
        "lists erased 2",
      ]);
    }
    expect([await idsIn("pupils"), await idsIn("grades"), await idsIn("lists")]).toEqual([[], [], []]);
    const outcomes = await Promise.all(people.map(async ({ id }) => (await read(id)).outcome));
    // Ann was told of two pupils as of the day on which they were still somebody else's.
    expect(outcomes).toEqual(["completed-with-exceptions", "completed", "completed"]);
    expect(await toldUntil(0)).toContain("pupils kept 2");
  });
});

describe("of what is asked for again", () => {
  const unable = (): never => {
    throw new Error("the source cannot");
  };
  const ann = subjectOf([
    { type: "email", value: "ann@x.org" },
    { type: "user-id", value: "1" },
  ]);
  const sourceOn = (day: string) =>
    postgresDataSource({
      client: database.pool,
      dataMap,
      clock: { now: () => new Date(`${day}T12:00:00Z`) },
    });
  const call = callFor(actor.tenant);
  const staying = ["addresses", "residents", "notes"].map((collection) => ({ collection, count: 1 }));
  // More is found there than stayed: what hangs on rows that stay may have come since.
  const again = { ...call, collections: ["orders"], staying };
  const eraseOn = async (day: string, asked = call) =>
    told(orThrow((await sourceOn(day).erase?.(ann, asked)) ?? unable()));

  it.each(["a title that was reworded", "a table that is not in the map any more"])(
    "nothing is called absent that nobody has looked for: %s",
    async (what) => {
      await eraseOn("2026-06-01");
      const tables = what.includes("title")
        ? dataMap.tables.map((each) => (each.table === "orders" ? { ...each, title: "Bestellungen" } : each))
        : dataMap.tables.filter((each) => each.table === "users");
      const source = postgresDataSource({
        client: database.pool,
        dataMap: { ...dataMap, tables, unlink: what.includes("title") ? (dataMap.unlink ?? []) : [] },
        clock: { now: () => new Date("2027-01-01T12:00:00Z") },
      });
      for (const asked of [
        source.locate?.(ann, again),
        source.erase?.(ann, again),
        source.remaining?.(ann, again),
      ]) {
        const { problem, retryable, cause } = unwrapError((await asked) ?? unable());
        expect({ problem, retryable }).toEqual({ problem: "permanent-failure", retryable: false });
        expect(String(cause)).toContain('"orders"');
      }
      expect(await idsIn("orders")).toEqual([1, 2, 3, 4]);
    },
  );

  it("only that goes along which goes with it", async () => {
    expect(orThrow(await sourceOn("2026-06-01").check())).toEqual([]);
    expect(await eraseOn("2026-06-01")).toEqual([
      "users anonymised 1",
      "orders retained 2",
      "orders retained 1",
      "addresses erased 1",
      "addresses kept 1",
      "residents erased 1",
      "residents kept 1",
      "notes erased 1",
      "notes kept 1",
    ]);
    // Bob's is gone, and what came since is not what the request is about.
    await database.pool.query(`update notes set other_id = null; delete from orders where id = 2;
      insert into addresses values (3, 'of a wish'), (4, 'of an order that stays'), (5, 'of both kinds');
      insert into residents values (3, 1, 'came since, with it'), (4, 3, 'of a wish');
      insert into wishes values ('ann@x.org', 3), ('ann@x.org', 5);
      update orders set address_id = 4 where id = 4; update orders set address_id = 5 where id = 3;
      insert into notes values (3, 4, null), (4, 3, null)`);
    const located = orThrow((await sourceOn("2027-01-01").locate?.(ann, again)) ?? unable());
    expect(located.filter(({ count }) => count > 0)).toEqual([
      { collection: "orders", count: 2, becomes: "erased" },
      { collection: "orders", count: 1, becomes: "retained" },
      { collection: "addresses", count: 1, becomes: "erased" },
      { collection: "addresses", count: 1, becomes: "kept" },
      { collection: "residents", count: 2, becomes: "erased" },
      { collection: "notes", count: 2, becomes: "erased" },
    ]);
    expect(await eraseOn("2027-01-01", again)).toEqual([
      "orders erased 2",
      "orders retained 1",
      "addresses erased 1",
      "addresses kept 1",
      "residents erased 2",
      "notes erased 2",
    ]);
    expect([
      await idsIn("orders"),
      await idsIn("addresses"),
      await idsIn("residents"),
      await idsIn("notes"),
    ]).toEqual([[4], [3, 4, 5], [4], [3]]);
    const { rows } = await database.pool.query("select from wishes");
    expect(rows.length).toBe(2);
  });
});
