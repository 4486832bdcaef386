import { randomBytes } from "node:crypto";
import { orThrow, subjectOf } from "@subject-rights/core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  type Belonging,
  type DataMap,
  type PostgresClient,
  postgresDataSource,
  postgresStorage,
  type TableMap,
} from "../../src/index.ts";
import { masterKey, newSchema } from "../store/fixtures.ts";
import { actor, askingOf } from "../support/asking.ts";
import { createDatabase, type TestDatabase } from "../support/database.ts";
import { watchedClient } from "../survival/watched-client.ts";
import { callFor, personOf } from "./people.ts";

let database: TestDatabase;
beforeAll(async () => {
  database = await createDatabase();
});
afterAll(() => database.drop());

const table = (
  name: string,
  belongs: Belonging | readonly Belonging[],
  part: Partial<TableMap> = {},
): TableMap => ({
  table: name,
  title: name,
  category: "customer-data",
  belongs,
  columns: {},
  erasure: "delete",
  ...part,
});
const byEmail: Belonging = { column: "email", identifier: "email" };
const mapOf = (...tables: TableMap[]): DataMap => ({ tenant: { only: actor.tenant }, tables });
const anonymised = (...columns: string[]): Partial<TableMap> => ({
  erasure: "anonymise",
  columns: Object.fromEntries(columns.map((column) => [column, { anonymise: "null" }])),
});
const customers = table("customers", [byEmail, { column: "id", identifier: "customer-number" }]);
const people = `create table customers (id int primary key, email text, seen int);
  insert into customers values (1, 'ann@x.org'), (2, 'bob@x.org');`;
const unable = (): never => {
  throw new Error("the source cannot");
};

interface Case {
  readonly schema: string;
  readonly dataMap: DataMap;
  /** What the application does in a transaction that is under way when the erasure of Ann begins. */
  readonly meanwhile: string;
  /** What is to be seen afterwards. */
  readonly left: string;
  readonly client?: () => PostgresClient;
  /** Whether the erasure is where the application may go on. Left out: it waits for a lock. */
  readonly isReady?: () => boolean;
}

const someoneWaits = async () =>
  await database.pool
    .query("select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'")
    .then(({ rowCount }) => rowCount !== 0);

/** Does something that has to wait for a transaction of the application, which ends as soon as that is seen. */
const during = async <Value>(
  change: string,
  act: () => PromiseLike<Value>,
  isReady: () => boolean | Promise<boolean> = someoneWaits,
): Promise<Value> => {
  const application = await database.pool.connect();
  await application.query(`begin; ${change}`);
  let isOver = false;
  const acting = act().then((value) => {
    isOver = true;
    return value;
  });
  while (!isOver && !(await isReady())) await new Promise((resolve) => setTimeout(resolve, 5));
  const hasWaited = !isOver;
  await application.query("commit");
  application.release();
  expect(hasWaited).toBe(true);
  return acting;
};

/** Erases Ann while the application is at it, alone and in a batch. */
const erased = async ({ schema, dataMap, meanwhile, left, client, isReady }: Case): Promise<unknown> => {
  const seen: unknown[] = [];
  for (const isMany of [false, true]) {
    await database.pool.query(`drop schema public cascade; create schema public; ${schema}`);
    const source = postgresDataSource({ client: client?.() ?? database.pool, dataMap });
    if (!isMany) expect(orThrow(await source.check())).toEqual([]);
    const ann = personOf("ann@x.org", 1);
    const nobody = subjectOf([{ type: "email", value: "nobody@x.org" }]);
    const erasing = () =>
      isMany
        ? (source.eraseMany ?? unable)([nobody, ann], callFor(actor.tenant)).map(
            ([, outcomes = []]) => outcomes,
          )
        : (source.erase ?? unable)(ann, callFor(actor.tenant));
    const outcomes = orThrow(await during(meanwhile, erasing, isReady)).map((each) => [
      each.collection,
      each.outcome,
      ...("count" in each ? [each.count] : []),
    ]);
    const { rows } = await database.pool.query<{ left: unknown }>(left);
    seen.push({ outcomes, left: rows.map((row) => row.left) });
  }
  expect(seen[0]).toEqual(seen[1]);
  return seen[0];
};

describe("a row that the application gives to somebody else while its former owner is erased", () => {
  const subs = `create table subs (id int primary key, email text, note text);
    insert into subs values (1, 'ann@x.org', 'a'), (2, 'ann@x.org', 'b');`;
  const toBob = "update subs set email = 'bob@x.org' where id = 2";

  it("is not deleted, nor counted", async () => {
    expect(
      await erased({
        schema: subs,
        dataMap: mapOf(table("subs", byEmail)),
        meanwhile: toBob,
        left: "select id as left from subs",
      }),
    ).toEqual({ outcomes: [["subs", "erased", 1]], left: [2] });
  });

  it.each([
    ["by the server", anonymised("email", "note")],
    [
      "by a function of the application",
      {
        erasure: "anonymise",
        columns: { email: { anonymise: "null" }, note: { anonymise: { function: () => "nobody's" } } },
      } as const,
    ],
  ])("is not made anonymous %s", async (_, part) => {
    expect(
      await erased({
        schema: subs,
        dataMap: mapOf(table("subs", byEmail, part)),
        meanwhile: toBob,
        left: "select email || ' ' || note as left from subs order by id",
      }),
    ).toEqual({ outcomes: [["subs", "anonymised", 1]], left: [null, "bob@x.org b"] });
  });

  it("is not deleted where the role can lock no row, and may read single columns alone", async () => {
    let tries = 0;
    const role = `role_${randomBytes(6).toString("hex")}`;
    await database.pool.query(`create role ${role}`);
    const client = () => {
      tries = 0;
      const pool = database.another({ options: `-c role=${role}` });
      return watchedClient(pool, async (text, send) => {
        if (/^rollback to/i.test(text)) tries += 1;
        return send();
      });
    };
    expect(
      await erased({
        schema: `${subs} grant usage on schema public to ${role};
          grant select (id, email), delete on subs to ${role};`,
        dataMap: mapOf(table("subs", byEmail)),
        meanwhile: toBob,
        left: "select id as left from subs",
        client,
        isReady: () => tries > 3,
      }),
    ).toEqual({ outcomes: [["subs", "erased", 1]], left: [2] });
    await database.pool.query(`drop owned by ${role}; drop role ${role}`);
  });

  const orders = `${people}
    create table orders (id int primary key, customer_id int references customers, note text);
    create table lines (id int primary key, order_id int);
    insert into orders values (1, 1, 'a'), (2, 1, 'b'); insert into lines values (1, 1), (2, 2);`;
  const orderToBob = "update orders set customer_id = 2 where id = 2";
  const bobs = `select o.customer_id || ': ' || coalesce(o.note, '-') || ' ' || coalesce(string_agg(l.id::text, ' '), '-')
    as left from orders o left join lines l on l.order_id = o.id group by o.id order by o.id`;

  it("takes along what belongs to it, which is as it was", async () => {
    expect(
      await erased({
        schema: orders,
        dataMap: mapOf(
          customers,
          table("lines", { references: "orders", on: { order_id: "id" } }),
          table("orders", { references: "customers" }),
        ),
        meanwhile: orderToBob,
        left: bobs,
      }),
    ).toEqual({
      outcomes: [
        ["customers", "erased", 1],
        ["lines", "erased", 1],
        ["orders", "erased", 1],
      ],
      left: ["2: b 2"],
    });
  });

  it("is somebody else's behind a lock on another row that stays as it is", async () => {
    const retained = { retain: { reason: "Tax law", until: "2999-12-31" } };
    expect(
      await erased({
        schema: orders,
        dataMap: mapOf(
          table("customers", [byEmail, { column: "id", identifier: "customer-number" }], {
            erasure: "anonymise",
            columns: { email: { anonymise: "null" } },
          }),
          table("orders", { references: "customers" }, { erasure: retained }),
          table("lines", { references: "orders", on: { order_id: "id" } }),
        ),
        meanwhile: `select from customers where id = 1 for update; ${orderToBob}`,
        left: bobs,
      }),
    ).toEqual({
      outcomes: [
        ["customers", "anonymised", 1],
        ["orders", "retained", 1],
        ["lines", "erased", 1],
      ],
      left: ["1: a -", "2: b 2"],
    });
  });

  it("keeps the name of its new owner, where it stays for somebody else", async () => {
    const texts = (column: string): Belonging => ({ references: "customers", on: { [column]: "id" } });
    expect(
      await erased({
        schema: `${people} insert into customers values (3, 'cleo@x.org');
          create table texts (id int primary key, author int references customers, reader int references customers, by_line text);
          insert into texts values (1, 1, 2, 'Ann'), (2, 1, 2, 'Ann');`,
        dataMap: mapOf(
          table("customers", [byEmail, { column: "id", identifier: "customer-number" }], anonymised("email")),
          table("texts", [texts("author"), texts("reader")], {
            ...anonymised("by_line"),
            kept: { anonymise: { by_line: "null" } },
          }),
        ),
        meanwhile: "update texts set author = 3, by_line = 'Cleo' where id = 2",
        left: "select by_line as left from texts order by id",
      }),
    ).toEqual({
      outcomes: [
        ["customers", "anonymised", 1],
        ["texts", "kept", 1],
      ],
      left: [null, "Cleo"],
    });
  });

  it("is somebody else's too from then on, and stays", async () => {
    expect(
      await erased({
        schema: `${people} create table addresses (id int primary key, street text);
          create table links (customer_id int references customers, address_id int references addresses, primary key (customer_id, address_id));
          insert into addresses values (1, 'a'), (2, 'b'); insert into links values (1, 1), (1, 2);`,
        dataMap: mapOf(
          customers,
          table("links", { references: "customers" }),
          table("addresses", { referencedBy: "links" }),
        ),
        meanwhile: "insert into links values (2, 2)",
        left: "select street as left from addresses",
      }),
    ).toEqual({
      outcomes: [
        ["customers", "erased", 1],
        ["links", "erased", 2],
        ["addresses", "erased", 1],
        ["addresses", "kept", 1],
      ],
      left: ["b"],
    });
  });
});

describe("a row that the application changes while its owner is erased", () => {
  it("is erased as it is by then, and counted once, with what came in", async () => {
    expect(
      await erased({
        schema: `${people} create table devices (id int primary key, customer_id int references customers);
          insert into devices values (1, 1);`,
        dataMap: mapOf(customers, table("devices", { references: "customers" })),
        meanwhile: "update customers set seen = 1 where id = 1; insert into devices values (2, 1)",
        left: "select id as left from customers",
      }),
    ).toEqual({
      outcomes: [
        ["customers", "erased", 1],
        ["devices", "erased", 2],
      ],
      left: [2],
    });
  });
});

describe("a row that the application inserts while its owner is erased", () => {
  it("is waited for, and erased, where it points at a row that stays, anonymous", async () => {
    expect(
      await erased({
        schema: `${people}
          create table orders (id int primary key, customer_id int not null references customers, address text);
          insert into orders values (1, 1, 'Main Street 1'), (2, 2, 'Side Street 2');`,
        dataMap: mapOf(
          table("customers", [byEmail, { column: "id", identifier: "customer-number" }], anonymised("email")),
          table("orders", { references: "customers" }),
        ),
        meanwhile: "insert into orders values (3, 1, 'Main Street 1')",
        left: "select id as left from orders",
      }),
    ).toEqual({
      outcomes: [
        ["customers", "anonymised", 1],
        ["orders", "erased", 2],
      ],
      left: [2],
    });
  });
});

describe("in the store's own transaction", () => {
  it("a request and a sweep leave to somebody else what is theirs by then", async () => {
    await database.pool.query(`drop schema public cascade; create schema public; ${people}
      insert into customers values (3, 'cleo@x.org');
      create table devices (id int primary key, customer_id int references customers);
      insert into devices values (1, 1), (2, 1), (3, 3), (4, 3);`);
    const source = postgresDataSource({
      client: database.pool,
      dataMap: mapOf(customers, table("devices", { references: "customers" })),
    });
    const { migrate, ...storage } = postgresStorage({
      client: database.pool,
      schema: newSchema(),
      masterKey,
    });
    orThrow(await migrate());
    const { rights, ask, until } = await askingOf([source], storage);
    const toBob = (id: number) => `update devices set customer_id = 2 where id = ${id}`;
    const view = await during(toBob(2), () =>
      ask({ kind: "erasure", category: "customer-data", email: "ann@x.org" }),
    );
    expect(view).toMatchObject({ outcome: "completed", sources: [{ status: "succeeded" }] });
    const swept = await during(toBob(4), async () => {
      const identifiers = [{ type: "email", value: "cleo@x.org" }];
      const sweep = orThrow(
        await rights.sweeps.eraseMany({
          actor,
          reason: "retention",
          category: "customer-data",
          people: async function* () {
            yield { people: [{ identifiers }], cursor: "1" };
          },
        }),
      );
      let end: unknown;
      void sweep.end().then((result) => {
        end = orThrow(result);
      });
      await until(async () => end !== undefined);
      return end;
    });
    expect(swept).toMatchObject({ status: "completed" });
    const { rows } = await database.pool.query("select id, customer_id from devices order by id");
    expect(rows).toEqual([
      { id: 2, customer_id: 2 },
      { id: 4, customer_id: 2 },
    ]);
    await rights.stop();
  });
});
