import type { PGlite } from "@electric-sql/pglite";
import { ConfigurationMistake } from "@subject-rights/core";
import { unwrapError } from "@subject-rights/testing";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { PostgresClient } from "../src/database/client.ts";
import { databaseOf } from "../src/database/database.ts";
import { postgresStorage } from "../src/index.ts";
import { name, sql } from "../src/sql/sql.ts";
import { createDatabase, type TestDatabase } from "./support/database.ts";
import { createPglite, freePglite } from "./support/pglite.ts";

let database: TestDatabase;
let pglite: PGlite;
const opened: { end(): Promise<unknown> }[] = [];

beforeAll(async () => {
  [database, pglite] = await Promise.all([createDatabase(), createPglite()]);
  opened.push({ end: () => freePglite(pglite) });
});
afterAll(async () => {
  for (const each of opened) await each.end();
  await database.drop();
});

it("says what is missing of a client that was never connected, and waits for one that is about to be", async () => {
  const forgotten = new pg.Client({ connectionString: database.url });
  const storage = postgresStorage({ client: forgotten, masterKey: new Uint8Array(32) });
  expect(unwrapError(await storage.migrate()).cause).toEqual(
    new ConfigurationMistake("client: call `await client.connect()` before you hand in a pg Client."),
  );
  const asked = databaseOf(forgotten);
  await expect(asked.query(sql`select 1 as one`)).rejects.toThrow("await client.connect()");
  opened.push(forgotten);
  const connecting = forgotten.connect();
  expect(await asked.query(sql`select '1' as one`)).toEqual([{ one: "1" }]);
  await connecting;
});

const clients: Record<string, () => Promise<PostgresClient>> = {
  "a pool": async () => database.another(),
  "one client": async () => {
    const client = new pg.Client({ connectionString: database.url });
    opened.push(client);
    await client.connect();
    return client;
  },
  PGlite: async () => pglite,
};

describe.each(Object.entries(clients))("a database over %s", (_, make) => {
  it("sends every kind of parameter, and hands out text", async () => {
    const asked = databaseOf(await make());
    const list = ["a", 'b"\\', "{c,d}", null, "NULL", ""];
    const [row] = await asked.query(sql`select
      ${9007199254740993n}::bigint::text as whole, ${true}::boolean::text as truth, ${null} is null as nothing,
      ${new Uint8Array([0, 255])}::text as bytes, to_json(${list})::text as list, ${"'; drop table x; --"} as text`);
    expect(row).toMatchObject({
      whole: "9007199254740993",
      truth: "true",
      bytes: "\\x00ff",
      text: "'; drop table x; --",
    });
    expect(JSON.parse(row?.["list"] ?? "")).toEqual(list);
  });

  it("undoes a transaction whose statement failed, even where the work went on", async () => {
    const asked = databaseOf(await make());
    const table = name(`undone "${Math.random()}`);
    await asked.query(sql`create table ${table} (x int)`);
    const transaction = asked.transaction(async (session) => {
      await session.query(sql`insert into ${table} values (1)`);
      await session.query(sql`select 1 / 0`).catch(() => undefined);
    });
    await expect(transaction).rejects.toMatchObject({ code: "22012" });
    expect(await asked.query(sql`select count(*)::text as count from ${table}`)).toEqual([{ count: "0" }]);
  });

  it("lets a part fail, and goes on", async () => {
    const asked = databaseOf(await make());
    const table = name(`parts ${Math.random()}`);
    await asked.query(sql`create table ${table} (x int)`);
    await asked.transaction(async (session) => {
      await session.transaction((part) => part.query(sql`insert into ${table} values (1)`));
      const failing = session.transaction(async (part) => {
        await part.query(sql`insert into ${table} values (2)`);
        await part.query(sql`select 1 / 0`);
      });
      await expect(failing).rejects.toMatchObject({ code: "22012" });
      await session.query(sql`insert into ${table} values (3)`);
    });
    const rows = await asked.query(sql`select x::text as number from ${table} order by x`);
    expect(rows.map(({ number }) => number)).toEqual(["1", "3"]);
  });

  it("runs many at the same moment, each apart", async () => {
    const asked = databaseOf(await make());
    const table = name(`apart ${Math.random()}`);
    await asked.query(sql`create table ${table} (x int)`);
    await Promise.all(
      Array.from({ length: 20 }, (_, index) =>
        asked
          .transaction(async (session) => {
            await session.query(sql`insert into ${table} values (${index}::int)`);
            if (index % 2 === 0) throw new Error("no");
          })
          .catch(() => undefined),
      ),
    );
    const rows = await asked.query(sql`select x::text as number from ${table} order by x`);
    expect(rows.map(({ number }) => Number(number))).toEqual([1, 3, 5, 7, 9, 11, 13, 15, 17, 19]);
  });

  it("sends nothing more once it was called off", async () => {
    const asked = databaseOf(await make());
    const table = name(`called off ${Math.random()}`);
    await asked.query(sql`create table ${table} (x int)`);
    const abort = new AbortController();
    const transaction = asked.transaction(async (session) => {
      await session.query(sql`insert into ${table} values (1)`);
      abort.abort(new Error("called off"));
      await session.query(sql`insert into ${table} values (2)`);
    }, abort.signal);
    await expect(transaction).rejects.toThrow("called off");
    expect(await asked.query(sql`select count(*)::text as count from ${table}`)).toEqual([{ count: "0" }]);
  });
});
