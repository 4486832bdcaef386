import { createSubjectRights, defineNotifier, type Identifier, orThrow } from "@subject-rights/core";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type DataMap, postgresDataSource, postgresStorage } from "../../src/index.ts";
import { masterKey, newSchema } from "../store/fixtures.ts";
import { createDatabase, emptying, type TestDatabase } from "../support/database.ts";

const email = (value: string): Identifier => ({ type: "email", value });
const actor = { id: "admin-1", tenant: "halmstrand", roles: ["admin"] };

let database: TestDatabase;
beforeAll(async () => {
  database = await createDatabase();
});
beforeEach(async () => {
  await database.pool.query(`${emptying}
    create table users (id int primary key, email text, private_email text);
    create table newsletter (id int primary key, email text);
    insert into users values (1, 'ada@example.org', 'ada@work.example'), (2, 'eve@example.org', null),
      (3, 'ada@work.example', 'ada@old.example');
    insert into newsletter values (1, 'Ada@Work.example'), (2, 'ada@example.org'), (3, 'eve@example.org'),
      (4, 'ada@old.example');
  `);
});
afterAll(() => database.drop());

/** One type of identifier, of which one leads to the next: whoever stops at the first has all types, and not all names. */
const dataMap: DataMap = {
  tenant: { only: actor.tenant },
  tables: [
    {
      table: "users",
      title: "Users",
      category: "customer-data",
      belongs: [
        { column: "email", identifier: "email" },
        { column: "private_email", identifier: "email", identifies: true },
      ],
      columns: { id: "exported", email: "exported", private_email: "exported" },
      erasure: "delete",
    },
    {
      table: "newsletter",
      title: "Newsletter",
      category: "customer-data",
      belongs: { column: "email", identifier: "email" },
      columns: { id: "exported", email: "exported" },
      erasure: "delete",
    },
  ],
};

describe("somebody whose one address leads to another, in one database", () => {
  it("is planned under all names that an erasure works with", async () => {
    const source = postgresDataSource({ client: database.pool, dataMap });
    const plan = orThrow(
      await source.plan({
        tenant: actor.tenant,
        category: "customer-data",
        identifiers: [email("ADA@example.org")],
      }),
    );
    expect(plan.collections.map(({ collection, rows }) => [collection, rows])).toEqual([
      ["Users", 2],
      ["Newsletter", 3],
    ]);
    expect(plan.rows).toBe(5);
  });

  it("is swept under all of them, also where nothing else is registered", async () => {
    const { migrate, ...storage } = postgresStorage({
      client: database.pool,
      schema: newSchema(),
      masterKey,
    });
    orThrow(await migrate());
    const rights = createSubjectRights({
      ...storage,
      controller: "Halmstrand Lamps",
      sources: [postgresDataSource({ client: database.pool, dataMap })],
      notifier: defineNotifier({ id: "none", send: async () => undefined }),
      addresses: {
        tenantAdmin: () => "admin@halmstrand.example",
        support: () => "support@halmstrand.example",
      },
    });
    const running = orThrow(
      await rights.sweeps.eraseMany({
        actor,
        reason: "retention",
        category: "customer-data",
        people: async function* () {
          yield {
            people: ["ada@example.org", "nobody@example.org"].map((each) => ({ identifiers: [email(each)] })),
            cursor: "1",
          };
        },
      }),
    );
    expect(orThrow(await running.end())).toMatchObject({
      status: "completed",
      counts: { erased: 1, absent: 1 },
    });
    const { rows } = await database.pool.query(
      "select email from users union all select email from newsletter",
    );
    expect(rows).toEqual([{ email: "eve@example.org" }, { email: "eve@example.org" }]);
    await rights.stop();
  });
});
