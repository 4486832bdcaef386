import { orThrow, PermanentFailure } from "@subject-rights/core";
import { unwrapError } from "@subject-rights/testing";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type DataMap, postgresDataSource, type TableMap } from "../../src/index.ts";
import { createDatabase, emptying, type TestDatabase } from "../support/database.ts";
import { callFor, pagesOf, personOf } from "./people.ts";
import { emptyShop, shopMap, shopRows, shopSchema } from "./shop.ts";

let database: TestDatabase;
/** Whether it is the shop that the tests begin with, but for its rows. */
let isShop = false;

beforeAll(async () => {
  database = await createDatabase();
});
beforeEach(async () => {
  await database.pool.query(isShop ? emptyShop : `reset search_path; ${emptying} ${shopSchema}`);
  await database.pool.query(shopRows);
  isShop = true;
});
afterAll(() => database.drop());

/** Changes the schema, for this test alone. */
const change = async (script: string): Promise<void> => {
  isShop = false;
  await database.pool.query(script);
};

const sourceOf = (dataMap: DataMap = shopMap) => postgresDataSource({ client: database.pool, dataMap });
const rowsOf = async (text: string) => (await database.pool.query<Record<string, unknown>>(text)).rows;
const eraseAda = async (dataMap?: DataMap) =>
  orThrow((await sourceOf(dataMap).erase?.(personOf("ada@example.org"), callFor())) ?? fail());
const fail = (): never => {
  throw new Error("the source cannot erase");
};

/** The map with one table changed. */
const withTable = (title: string, change: Partial<TableMap>): DataMap => ({
  ...shopMap,
  tables: shopMap.tables.map((table) => (table.title === title ? { ...table, ...change } : table)),
});

describe("the plan", () => {
  it("says what becomes of every row, and changes nothing", async () => {
    const dump = async () => JSON.stringify(await rowsOf("select * from customers, orders order by 1"));
    const before = await dump();
    const plan = orThrow(
      await sourceOf().plan({
        tenant: "tenant-one",
        category: "customer-data",
        identifiers: [{ type: "email", value: "Ada@EXAMPLE.org" }],
      }),
    );
    const reported = plan.collections.flatMap(({ outcomes }) => outcomes);
    // What is made anonymous is compared with what it was only once it is.
    const done = (await eraseAda()).map((outcome) => ({ ...outcome, changed: undefined }));
    expect(done).toEqual(reported.map((outcome) => ({ ...outcome, changed: undefined })));
    expect(plan.rows).toBe(22);
    expect(plan.collections.find(({ collection }) => collection === "Customers")).toMatchObject({
      table: "public.customers",
      anonymised: ["email", "name", "born", "phone", "password_hash"],
    });
    expect(before).toContain("Ada Lovelace");
    expect(await dump()).not.toContain("Ada Lovelace");
  });

  it("is of one category", async () => {
    const plan = orThrow(
      await sourceOf().plan({
        tenant: "tenant-one",
        category: "user-telemetry",
        identifiers: [{ type: "email", value: "ada@example.org" }],
      }),
    );
    expect(plan.collections).toMatchObject([{ collection: "Visits", rows: 4 }]);
  });
});

describe("erasing", () => {
  it("anonymises each column in its way, and leaves others alone", async () => {
    const outcomes = await eraseAda();
    // Compared with what was there, row by row.
    expect(outcomes).toContainEqual({ collection: "Customers", outcome: "anonymised", count: 1, changed: 1 });
    const [ada, eve, other] = await rowsOf("select *, born::text from customers order by id");
    expect(ada).toMatchObject({ email: null, born: "1990-01-01", phone: "none", password_hash: null });
    expect(ada?.["name"]).toMatch(/^anonymous-[0-9a-f]{32}$/);
    expect(eve).toMatchObject({ email: "eve@example.org", name: "Eve", born: "1985-05-05" });
    expect(other).toMatchObject({ email: "ada@example.org", tenant: "tenant-two" });
  });

  it("takes rows that point at each other, and trees, and leaves what somebody else shares", async () => {
    await eraseAda();
    expect(await rowsOf("select customer_id, first_line from orders")).toEqual([
      { customer_id: "2", first_line: 1 },
    ]);
    expect(await rowsOf("select title from folders")).toEqual([{ title: "eve" }]);
    expect(await rowsOf("select street from addresses")).toEqual([{ street: "2 Shared House" }]);
    expect(await rowsOf("select body, reply_to from comments")).toEqual([
      { body: "eve answers ada", reply_to: null },
    ]);
  });

  it("keeps what the law keeps, until its date, and finds it again", async () => {
    const outcomes = await eraseAda();
    expect(outcomes.filter(({ collection }) => collection === "Payments")).toEqual([
      { collection: "Payments", outcome: "erased", count: 1 },
      { collection: "Payments", outcome: "retained", count: 1, reason: "§ 147 AO", until: "2034-12-31" },
      { collection: "Payments", outcome: "retained", count: 1, reason: "§ 147 AO", until: "2035-12-31" },
    ]);
    expect(await rowsOf("select iban from payments where customer_id = 1")).toEqual([
      { iban: null },
      { iban: null },
    ]);
    const source = postgresDataSource({
      client: database.pool,
      dataMap: shopMap,
      clock: { now: () => new Date("2035-01-01T00:00:00Z") },
    });
    const later = orThrow((await source.erase?.(personOf("ada@example.org", 1), callFor())) ?? fail());
    expect(later.filter(({ outcome }) => outcome !== "absent")).toEqual([
      { collection: "Payments", outcome: "erased", count: 1 },
      { collection: "Payments", outcome: "retained", count: 1, reason: "§ 147 AO", until: "2035-12-31" },
    ]);
  });

  it("hashes equal values alike within an erasure, and differently in the next", async () => {
    await database.pool.query(
      "insert into customers (email, name) values ('ada@example.org', 'Ada Lovelace'), ('bea@example.org', 'Ada Lovelace')",
    );
    await eraseAda();
    orThrow((await sourceOf().erase?.(personOf("bea@example.org"), callFor())) ?? fail());
    const names = await rowsOf("select name from customers where name like 'anonymous-%' order by id");
    expect(names).toHaveLength(3);
    expect(names[0]?.["name"]).toBe(names[1]?.["name"]);
    expect(names[2]?.["name"]).not.toBe(names[1]?.["name"]);
  });

  it("applies a function of the application's, row by row", async () => {
    const customers = shopMap.tables.find(({ title }) => title === "Customers");
    const dataMap = withTable("Customers", {
      columns: {
        ...customers?.columns,
        name: { anonymise: { function: async (name) => `${name.length} letters` } },
      },
    });
    await eraseAda(dataMap);
    expect(await rowsOf("select name from customers order by id limit 1")).toEqual([{ name: "12 letters" }]);
  });

  it("undoes everything where a function changes nothing", async () => {
    const customers = shopMap.tables.find(({ title }) => title === "Customers");
    const dataMap = withTable("Customers", {
      columns: { ...customers?.columns, name: { anonymise: { function: (name) => name } } },
    });
    const erased = await sourceOf(dataMap).erase?.(personOf("ada@example.org"), callFor());
    expect(unwrapError(erased)).toMatchObject({ problem: "permanent-failure", retryable: false });
    expect(await rowsOf("select count(*)::int as count from orders")).toEqual([{ count: 3 }]);
  });

  it("undoes everything where a trigger swallows a deletion", async () => {
    await change(`
      create function swallow() returns trigger language plpgsql as $$ begin return null; end $$;
      create trigger swallow before delete on visits for each row execute function swallow()`);
    const source = sourceOf();
    const ada = personOf("ada@example.org");
    for (const erased of [await source.erase?.(ada, callFor()), await source.eraseMany?.([ada], callFor())]) {
      expect(erased?.isErr() && erased.error).toMatchObject({ problem: "still-present", retryable: true });
    }
    expect(await rowsOf("select email from customers where id = 1")).toEqual([{ email: "Ada@Example.org" }]);
  });

  it.each([
    ["begin new.history := to_jsonb(old); return new; end", "before"],
    ["begin new.note := concat('was ', lower(old.name)); return new; end", "before"],
    [
      "begin update customers set note = old.name where id = old.id and note is null; return null; end",
      "after",
    ],
  ])(
    "undoes everything where a trigger that the map names keeps the values in the row: %s",
    async (body, when) => {
      await change(`
      alter table customers add note text, add history jsonb, add changed jsonb;
      update customers set note = 'Eve Lovelace' where name = 'Eve';
      create function keep() returns trigger language plpgsql as $$ ${body} $$;
      create trigger keep ${when} update on customers for each row execute function keep();
      create function stamp() returns trigger language plpgsql as $$ begin
        new.changed := jsonb_build_object('by', 'the owner', 'at', now()); perform 1; return new; end $$;
      create trigger stamp before update on customers for each row execute function stamp()`);
      const map = withTable("Customers", { triggers: { keep: "It is fine", stamp: "It is fine" } });
      const before = await rowsOf("select * from customers order by id");
      const people = [personOf("ada@example.org"), personOf("nobody@example.org")];
      const tries = [
        sourceOf(map).erase?.(people[0] ?? fail(), callFor()),
        sourceOf(map).eraseMany?.(people, callFor()),
      ];
      for (const tried of tries) {
        const error = unwrapError((await tried) ?? fail());
        expect(error.problem).toBe("still-present");
        expect(String(error.cause)).toMatch(/Customers: a trigger puts .* into "(?:note|history)"/);
      }
      expect(await rowsOf("select * from customers order by id")).toEqual(before);
      // One that only says when the row was changed is as the map says.
      await database.pool.query("drop trigger keep on customers");
      const other = withTable("Customers", { triggers: { stamp: "It is fine" } });
      expect(await eraseAda(other)).toContainEqual(expect.objectContaining({ collection: "Customers" }));
    },
  );

  it("undoes everything where one keeps them in a row that stays for somebody else", async () => {
    await change(`alter table addresses add before text;
      create function keep() returns trigger language plpgsql as $$ begin
        new.before := old.street; return new; end $$;
      create trigger keep before update on addresses for each row execute function keep()`);
    const kept = { reason: "Others live there", anonymise: { street: { constant: "somewhere" } } } as const;
    const map = withTable("Addresses", { kept, triggers: { keep: "It is fine" } });
    const ada = personOf("ada@example.org");
    for (const tried of [
      sourceOf(map).erase?.(ada, callFor()),
      sourceOf(map).eraseMany?.([ada], callFor()),
    ]) {
      const error = unwrapError((await tried) ?? fail());
      expect(error.problem).toBe("still-present");
      expect(String(error.cause)).toContain('Addresses: a trigger puts what is made anonymous into "before"');
    }
    expect(await rowsOf("select count(*)::int as count from addresses where before is not null")).toEqual([
      { count: 0 },
    ]);
  });

  it("has the server compile nothing, and leaves the connection as it was", async () => {
    await change(`create table seen (jit text);
      create function see() returns trigger language plpgsql as $$ begin
        insert into seen values (current_setting('jit')); return old; end $$;
      create trigger see before delete on orders for each row execute function see()`);
    const client = database.another({ options: "-c jit=on", max: 1 });
    const dataMap = withTable("Orders", { triggers: { see: "It says nothing of anybody" } });
    orThrow(
      (await postgresDataSource({ client, dataMap }).erase?.(personOf("ada@example.org"), callFor())) ??
        fail(),
    );
    expect((await client.query("select distinct jit from seen")).rows).toEqual([{ jit: "off" }]);
    expect((await client.query("show jit")).rows).toEqual([{ jit: "on" }]);
    await client.end();
  });

  it("notices a schema that has changed since it was checked", async () => {
    const source = sourceOf();
    expect(orThrow(await source.check())).toEqual([]);
    orThrow((await source.locate?.(personOf("ada@example.org"), callFor())) ?? fail());
    await change(`create table invoices (customer_id bigint references customers on delete cascade);
      alter table visits drop column email`);
    const located = await source.locate?.(personOf("ada@example.org"), callFor());
    const error = unwrapError(located);
    expect(error).toMatchObject({ problem: "permanent-failure" });
    expect(PermanentFailure.is(error?.cause)).toBe(true);
    expect(orThrow(await source.check())).toMatchObject([{ code: "unknown-column", table: "public.visits" }]);
  });
});

describe("an address", () => {
  it.each([
    ["text", ""],
    ["varchar(100)", ""],
    ["char(100)", ""],
    ["citext", "create schema extra; create extension citext schema extra; set search_path = public, extra;"],
    [
      "address",
      "create schema extra; create extension citext schema extra; create domain address as extra.citext;",
    ],
  ])("is found in a column of the type %s, however it is written", async (type, before) => {
    await change(`${before} alter table customers alter email type ${type}`);
    const located = orThrow((await sourceOf().locate?.(personOf("ada@example.org"), callFor())) ?? fail());
    expect(located).toContainEqual({ collection: "Customers", count: 1, becomes: "anonymised" });
  });
});

describe("exporting", () => {
  it("hands out what is shared with others too, and no credentials", async () => {
    const pages = await pagesOf(sourceOf(), personOf("ada@example.org"));
    const addresses = pages
      .filter(({ collection }) => collection === "Addresses")
      .flatMap(({ rows }) => rows);
    expect(addresses.map(({ street }) => street)).toEqual(["1 St James's Square", "2 Shared House"]);
    expect(JSON.stringify(pages.map(({ rows }) => rows.map((row) => Object.keys(row))))).not.toContain(
      "password",
    );
  });

  it("hands out every row once, however many, going on behind any cursor", async () => {
    await database.pool.query(
      "insert into orders (customer_id, note) select 1, repeat('x', n % 500) from generate_series(1, 2500) n",
    );
    const ids = (pages: Awaited<ReturnType<typeof pagesOf>>) =>
      pages
        .filter(({ collection }) => collection === "Orders")
        .flatMap(({ rows }) => rows.map(({ id }) => Number(id)));
    const pages = await pagesOf(sourceOf(), personOf("ada@example.org"));
    const all = ids(pages);
    expect(new Set(all).size).toBe(2502);
    const orders = pages.filter(({ collection }) => collection === "Orders");
    for (const at of [0, 1, orders.length - 2]) {
      const rest = await pagesOf(sourceOf(), personOf("ada@example.org"), orders[at]?.cursor ?? null);
      expect(ids(rest)).toEqual(ids(orders.slice(at + 1)));
    }
  });
});
