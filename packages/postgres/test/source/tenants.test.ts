import { InvalidInput, orThrow, subjectOf } from "@subject-rights/core";
import { unwrapError } from "@subject-rights/testing";
import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import { postgresDataSource } from "../../src/index.ts";
import { actor, askingOf } from "../support/asking.ts";
import { createDatabase, emptying, type TestDatabase } from "../support/database.ts";
import { callFor, pagesOf } from "./people.ts";

let database: TestDatabase;
beforeAll(async () => {
  database = await createDatabase();
});
beforeEach(async () => {
  await database.pool.query(`${emptying} create table users (id int primary key, email text)`);
});
afterAll(() => database.drop());

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
  const { rights } = await askingOf([source]);
  const elsewhere = { ...actor, tenant: "default" };
  const asked = { kind: "erasure", category: "customer-data", email: "ada@example.org" } as const;
  const refused = unwrapError(await rights.requests.submit({ actor: elsewhere, ...asked }));
  expect(refused).toBeInstanceOf(InvalidInput);
  expect((await rights.requests.submit({ actor, ...asked })).isOk()).toBe(true);
  const person = { category: asked.category, identifiers: [{ type: "email", value: asked.email }] };
  expect(unwrapError(await source.plan({ tenant: elsewhere.tenant, ...person }))).toBeInstanceOf(
    InvalidInput,
  );
  expect((await source.plan({ tenant: actor.tenant, ...person })).isOk()).toBe(true);
  await rights.stop();
});

const tenants = [
  ["uuid", "aaaaaaaa-0000-4000-8000-000000000001", ["acme", "AAAAAAAA-0000-4000-8000-000000000001"]],
  ["int", "7", ["acme", "07", "+7", "7.0", "99999999999"]],
  ["bigint", "-7", ["", "-07"]],
] as const;

it.each(tenants)(
  "a tenant that a column of %s cannot hold, or writes otherwise than %s, is refused: %j",
  async (type, tenant, wrong) => {
    const unable = (): never => {
      throw new Error("the source cannot");
    };
    await database.pool.query(`alter table users add tenant ${type} not null;
    insert into users values (1, 'ada@example.org', '${tenant}')`);
    const source = postgresDataSource({
      client: database.pool,
      dataMap: {
        tenant: { column: "tenant" },
        tables: [
          {
            table: "users",
            title: "Users",
            category: "customer-data",
            belongs: [
              { column: "email", identifier: "email" },
              { column: "id", identifier: "user-id" },
            ],
            columns: { id: "exported", email: "exported", tenant: "left-out" },
            erasure: "delete",
          },
        ],
      },
    });
    const ada = subjectOf([{ type: "email", value: "ada@example.org" }]);
    // Once the map was checked, and before.
    for (const _ of ["before", "after"]) {
      for (const name of wrong) {
        const call = callFor(name);
        for (const asked of [
          source.locate?.(ada, call),
          source.erase?.(ada, call),
          source.eraseMany?.([ada], call),
          source.identify?.(ada, call),
          source.remaining?.(ada, call),
        ]) {
          expect(unwrapError((await asked) ?? unable())).toMatchObject({ problem: "permanent-failure" });
        }
        await expect(pagesOf(source, ada, null, call)).rejects.toMatchObject({
          problem: "permanent-failure",
        });
      }
      expect(orThrow((await source.locate?.(ada, callFor(tenant))) ?? unable())).toMatchObject([
        { count: 1 },
      ]);
    }
    expect(orThrow((await source.erase?.(ada, callFor(tenant))) ?? unable())).toMatchObject([
      { outcome: "erased" },
    ]);
  },
);
