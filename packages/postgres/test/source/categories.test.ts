import { orThrow } from "@subject-rights/core";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type DataMap, postgresDataSource } from "../../src/index.ts";
import { actor, askingOf } from "../support/asking.ts";
import { createDatabase, emptying, type TestDatabase } from "../support/database.ts";

let database: TestDatabase;
beforeAll(async () => {
  database = await createDatabase();
});
beforeEach(async () => {
  await database.pool.query(`${emptying}
    create table users (id int primary key, email text);
    create table events (id int primary key, user_id int references users, ip text);
    create table clicks (id int primary key, email text);
    insert into users values (1, 'ada@example.org'), (2, 'eve@example.org');
    insert into events values (1, 1, '10.0.0.1'), (2, 2, '10.0.0.2'), (3, 1, '10.0.0.3');
    insert into clicks values (1, 'ada@example.org'), (2, 'eve@example.org');
  `);
});
afterAll(() => database.drop());

const tenant = { only: actor.tenant };
const application: DataMap = {
  tenant,
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
    {
      table: "events",
      title: "Events",
      category: "user-telemetry",
      belongs: { references: "users" },
      columns: { id: "exported", user_id: "exported", ip: "exported" },
      erasure: "delete",
    },
  ],
};
const clicks: DataMap = {
  tenant,
  tables: [
    {
      table: "clicks",
      title: "Clicks",
      category: "user-telemetry",
      belongs: { column: "email", identifier: "email" },
      columns: { id: "exported", email: "exported" },
      erasure: "delete",
    },
  ],
};

const sources = () => [
  postgresDataSource({ client: database.pool, dataMap: application, id: "application" }),
  postgresDataSource({ client: database.pool, dataMap: clicks, id: "clicks" }),
];

const left = async () => {
  const ids = async (table: string) =>
    (await database.pool.query(`select id from ${table} order by id`)).rows.map(({ id }) => id);
  return { users: await ids("users"), events: await ids("events"), clicks: await ids("clicks") };
};
const withoutAda = { users: [2], events: [2], clicks: [2] };
const ada = [
  { type: "email", value: "ada@example.org" },
  { type: "user-id", value: "1" },
];

describe("an erasure of users takes what was recorded of them along", () => {
  it("from the tables of one map, and from a source of its own", async () => {
    const { ask, rights, errors } = await askingOf(sources());
    const { outcome, sources: done } = await ask({
      kind: "erasure",
      category: "user-data",
      email: "ada@example.org",
    });
    expect(await left()).toEqual(withoutAda);
    expect({ outcome, errors }).toEqual({ outcome: "completed", errors: [] });
    expect(done.map(({ outcomes }) => outcomes)).toEqual([
      [
        { collection: "Users", outcome: "erased", count: 1 },
        { collection: "Events", outcome: "erased", count: 2 },
      ],
      [{ collection: "Clicks", outcome: "erased", count: 1 }],
    ]);
    await rights.stop();
  });

  it("in a sweep", async () => {
    const { rights } = await askingOf(sources());
    const running = orThrow(
      await rights.sweeps.eraseMany({
        actor,
        reason: "retention",
        category: "user-data",
        people: async function* () {
          yield { people: [{ identifiers: ada }], cursor: "1" };
        },
      }),
    );
    expect(orThrow(await running.end())).toMatchObject({ status: "completed" });
    expect(await left()).toEqual(withoutAda);
    await rights.stop();
  });

  it("and the check and the plan know it", async () => {
    const [source] = sources();
    expect(orThrow((await source?.check()) ?? expect.fail())).toEqual([]);
    const planned = { tenant: actor.tenant, category: "user-data", identifiers: ada } as const;
    const plan = orThrow((await source?.plan(planned)) ?? expect.fail());
    expect(plan.collections.map(({ collection, rows }) => [collection, rows])).toEqual([
      ["Users", 1],
      ["Events", 2],
    ]);
  });

  it("an export is of its own category", async () => {
    const { ask, rights } = await askingOf(sources());
    const { sources: done } = await ask({ kind: "export", category: "user-data", email: "ada@example.org" });
    expect(done.map(({ id, records }) => [id, records])).toEqual([
      ["application", 1],
      ["clicks", null],
    ]);
    await rights.stop();
  });
});

it("a plan of a category that no table is of has nothing in it", async () => {
  const [, source] = sources();
  const planned = { tenant: actor.tenant, category: "customer-data", identifiers: ada } as const;
  expect(orThrow((await source?.plan(planned)) ?? expect.fail())).toEqual({ rows: 0, collections: [] });
});
