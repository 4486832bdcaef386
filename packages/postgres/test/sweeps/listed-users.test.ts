import { defineUserDirectory, orThrow } from "@subject-rights/core";
import { afterEach, beforeEach, expect, it } from "vitest";
import { postgresDataSource } from "../../src/index.ts";
import { actor, askingOf } from "../support/asking.ts";
import { createDatabase, type TestDatabase } from "../support/database.ts";

let database: TestDatabase;
beforeEach(async () => {
  database = await createDatabase();
  await database.pool.query(`
    create table users (id int primary key, email text);
    insert into users values (1, 'ada@example.org'), (2, 'eve@example.org');
  `);
});
afterEach(() => database.drop());

it("a sweep asks the list of users behind the transaction in which they are erased", async () => {
  const client = database.pool;
  const dataMap = {
    tenant: { only: actor.tenant },
    tables: [
      {
        table: "users",
        title: "Users",
        category: "user-data",
        belongs: [
          { column: "email", identifier: "email" },
          { column: "id", identifier: "user-id" },
        ],
        columns: { id: "exported", email: "exported" },
        erasure: "delete",
      },
    ],
  } as const;
  const users = defineUserDirectory({
    list: async () => {
      const { rows } = await client.query("select id::text, email from users");
      return { users: rows.map((row) => ({ ...row, roles: [], administrator: false })) };
    },
  });
  const { rights } = await askingOf([postgresDataSource({ client, dataMap })], { users });
  const running = orThrow(
    await rights.sweeps.eraseMany({
      actor,
      reason: "retention",
      category: "user-data",
      people: async function* () {
        yield { people: [{ identifiers: [{ type: "user-id", value: "1" }] }], cursor: "1" };
      },
    }),
  );
  expect(orThrow(await running.end())).toMatchObject({ status: "completed", counts: { erased: 1 } });
  await rights.stop();
});
