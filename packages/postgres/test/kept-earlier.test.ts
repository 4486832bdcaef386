import { orThrow } from "@subject-rights/core";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type DataMap, postgresDataSource } from "../src/index.ts";
import { actor, askingOver } from "./support/asking.ts";
import { createDatabase, type TestDatabase } from "./support/database.ts";

let database: TestDatabase;
beforeEach(async () => {
  database = await createDatabase();
  await database.pool.query(`
    create table users (id int primary key, email text, name text);
    create table invoices (id int primary key, user_id int not null references users, paid_on date not null);
    insert into users values (1, 'ada@example.org', 'Ada'), (2, 'eve@example.org', 'Eve');
    insert into invoices values (1, 1, '2025-05-01'), (2, 1, '2026-02-01'), (3, 2, '2025-05-01');
  `);
});
afterEach(() => database.drop());

const reason = "§ 147 AO";
/** The address goes at once, and with it what leads from there to the invoices. */
const dataMap: DataMap = {
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
    {
      table: "invoices",
      title: "Invoices",
      category: "customer-data",
      belongs: { references: "users" },
      columns: { id: "exported", user_id: "exported", paid_on: "exported" },
      erasure: { retain: { reason, until: { column: "paid_on", years: 1, endOfYear: true } } },
    },
  ],
};

const retained = [2026, 2027].map((year) => ({
  collection: "Invoices",
  outcome: "retained",
  count: 1,
  reason,
  until: `${year}-12-31`,
}));

const asked = { category: "customer-data", email: "ada@example.org" } as const;
const erasure = { ...asked, kind: "erasure" } as const;
const copy = { ...asked, kind: "export" } as const;

const office = async () => {
  const world = await askingOver(database.pool, [
    postgresDataSource({ client: database.pool, dataMap, id: "shop" }),
  ]);
  const letter = (requestId: string, type: string) =>
    world.sent.findLast(
      (notice) => notice.type === type && "requestId" in notice && notice.requestId === requestId,
    );
  return { ...world, letter };
};

describe("beside what an earlier erasure has retained, a request under the same address", () => {
  it("to erase ends with exceptions, and names it in view, letter and evidence", async () => {
    const { ask, letter, rights, until } = await office();
    expect(await ask(erasure)).toMatchObject({ outcome: "completed-with-exceptions" });
    // The third finds what the first left, and what the second has named, once.
    for (let time = 0; time < 2; time += 1) {
      const { id, outcome, reopensAt, sources, grades } = await ask(erasure);
      expect({ outcome, reopensAt }).toEqual({ outcome: "completed-with-exceptions", reopensAt: null });
      const all = [{ collection: "Users", outcome: "absent" }, ...retained];
      expect(sources.map(({ outcomes }) => outcomes)).toEqual([all]);
      expect(grades).toContainEqual({
        source: "shop",
        collection: "Invoices",
        grade: null,
        retained: 2,
        kept: 0,
      });
      await until(async () => letter(id, "completion") !== undefined);
      expect(letter(id, "completion")).toMatchObject({ complete: false, sources: [{ outcomes: all }] });
      const { file } = orThrow(await rights.audit.evidence({ actor, requestId: id }));
      expect(file.sources[0]?.outcomes).toMatchObject(all);
    }
    await rights.stop();
  });

  it("for a copy ends with exceptions, and names it in the letter and in the package", async () => {
    const { ask, letter, rights, until, read } = await office();
    await ask(erasure);
    const { id } = await ask(copy);
    await until(async () => (await read(id)).phase === "closed");
    expect((await read(id)).outcome).toBe("completed-with-exceptions");
    expect(letter(id, "delivery")).toMatchObject({ missing: [], kept: [{ outcomes: retained }] });
    await rights.stop();
  });

  it("that knows them by every name is answered by the source itself", async () => {
    const { ask, rights, letter, until } = await office();
    await ask(erasure);
    const identifiers = [{ type: "user-id", value: "1" }];
    const { sources, outcome } = await ask({ ...erasure, identifiers });
    expect(outcome).toBe("completed-with-exceptions");
    expect(sources[0]?.outcomes.filter((each) => each.outcome === "retained")).toEqual(retained);
    const { id } = await ask({ ...copy, identifiers });
    await until(async () => letter(id, "delivery") !== undefined);
    expect(letter(id, "delivery")).not.toHaveProperty("kept");
    await rights.stop();
  });

  it("of somebody else says nothing of it", async () => {
    const { ask, rights } = await office();
    await ask(erasure);
    const [{ outcomes = [] } = {}] = (await ask({ ...erasure, email: "eve@example.org" })).sources;
    expect(outcomes.filter((each) => each.outcome === "retained")).toEqual(retained.slice(0, 1));
    expect(await ask({ ...erasure, email: "nobody@example.org" })).toMatchObject({ outcome: "completed" });
    await rights.stop();
  });
});
