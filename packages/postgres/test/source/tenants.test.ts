import { InvalidInput } from "@subject-rights/core";
import { unwrapError } from "@subject-rights/testing";
import { afterEach, beforeEach, expect, it } from "vitest";
import { postgresDataSource } from "../../src/index.ts";
import { actor, askingOver } from "../support/asking.ts";
import { createDatabase, type TestDatabase } from "../support/database.ts";

let database: TestDatabase;
beforeEach(async () => {
  database = await createDatabase();
  await database.pool.query("create table users (id int primary key, email text)");
});
afterEach(() => database.drop());

it("a data map of one tenant refuses an actor of a tenant that is written in another way", async () => {
  const source = postgresDataSource({
    client: database.pool,
    dataMap: {
      tenant: { only: actor.tenant },
      tables: [
        {
          table: "users",
          title: "Users",
          category: "customer-data",
          belongs: { column: "email", identifier: "email" },
          columns: { id: "exported", email: "exported" },
          erasure: "delete",
        },
      ],
    },
  });
  const { rights } = await askingOver(database.pool, [source]);
  const elsewhere = { ...actor, tenant: "default" };
  const asked = { kind: "erasure", category: "customer-data", email: "ada@example.org" } as const;
  const refused = unwrapError(await rights.requests.submit({ actor: elsewhere, ...asked }));
  expect(refused).toBeInstanceOf(InvalidInput);
  expect((await rights.requests.submit({ actor, ...asked })).isOk()).toBe(true);
  await rights.stop();
});
