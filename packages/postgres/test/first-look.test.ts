import { orThrow } from "@subject-rights/core";
import { afterEach, beforeEach, expect, it } from "vitest";
import { postgresDataSource } from "../src/index.ts";
import { actor, askingOf } from "./support/asking.ts";
import { createDatabase, type TestDatabase } from "./support/database.ts";

let database: TestDatabase;
beforeEach(async () => {
  database = await createDatabase();
  await database.pool.query(`
    create table users (id int primary key, email text, name text);
    create table orders (id int primary key, user_id int not null references users);
    create table invoices (id int primary key, user_id int not null references users);
    insert into users values (1, 'ada@example.org', 'Ada'), (2, 'eve@example.org', 'Eve');
    insert into orders values (1, 1), (2, 2);
    insert into invoices values (1, 2);
  `);
});
afterEach(() => database.drop());

it("the first look of a replay finds those of whom something is back, and nobody whose number alone has stayed", async () => {
  const belonging = {
    category: "customer-data",
    belongs: { references: "users" },
    columns: { id: "exported", user_id: "exported" },
  } as const;
  const source = postgresDataSource({
    client: database.pool,
    dataMap: {
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
        { ...belonging, table: "orders", title: "Orders", erasure: "delete" },
        {
          ...belonging,
          table: "invoices",
          title: "Invoices",
          erasure: { retain: { reason: "§ 147 AO", until: "2090-12-31" } },
        },
      ],
    },
  });
  const { rights, ask, clock } = await askingOf([source]);
  const replayed = async (dryRun: boolean) => {
    const since = new Date("2026-03-01T09:00:00.000Z");
    const asked = rights.suppressions.replay({ actor, category: "customer-data", since, dryRun });
    await clock.advance(1_000);
    return orThrow(await asked).found;
  };
  for (const email of ["ada@example.org", "eve@example.org"]) {
    await ask({ kind: "erasure", category: "customer-data", email });
  }
  expect(await replayed(true)).toBe(0);
  // Alone, and the whole of a person.
  await database.pool.query("insert into orders values (2, 2)");
  expect(await replayed(true)).toBe(1);
  await database.pool.query(`
    update users set email = 'ada@example.org', name = 'Ada' where id = 1;
    insert into orders values (1, 1)`);
  expect(await replayed(true)).toBe(2);
  await replayed(false);
  expect(await replayed(true)).toBe(0);
  const { rows } = await database.pool.query("select id, email from users order by id");
  expect(rows).toEqual([
    { id: 1, email: null },
    { id: 2, email: null },
  ]);
  await rights.stop();
});
