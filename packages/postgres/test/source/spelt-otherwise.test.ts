import type { Identifier } from "@subject-rights/core";
import { orThrow } from "@subject-rights/core";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type DataMap, postgresDataSource } from "../../src/index.ts";
import { actor, askingOf } from "../support/asking.ts";
import { createDatabase, emptying, type TestDatabase } from "../support/database.ts";

const email = "bob@example.org";
const uuid = "aaaaaaaa-bbbb-4ccc-8ddd-000000000003";

let database: TestDatabase;
beforeAll(async () => {
  database = await createDatabase();
});
beforeEach(async () => {
  await database.pool.query(`${emptying}
    create collation any_case (provider = icu, locale = 'und-u-ks-level2', deterministic = false);
    create table users (id uuid primary key, no bigint, username text collate any_case, account numeric(12, 2),
      address inet, email text);
    insert into users values ('${uuid}', 9, 'bobby', 9, '10.0.0.1', '${email}');
  `);
});
afterAll(() => database.drop());

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
        { column: "no", identifier: "customer-number" },
        { column: "username", identifier: "username" },
        { column: "account", identifier: "account" },
        { column: "address", identifier: "address" },
      ],
      columns: Object.fromEntries(
        ["id", "no", "username", "account", "address", "email"].map((column) => [column, "exported"]),
      ),
      erasure: "delete",
    },
  ],
};

const erasure = { kind: "erasure", category: "customer-data", email } as const;

describe("an identifier that the database takes for equal, spelt otherwise", () => {
  const spellings: readonly Identifier[] = [
    { type: "user-id", value: uuid.toUpperCase() },
    { type: "user-id", value: `{${uuid}}` },
    { type: "customer-number", value: "009" },
    { type: "username", value: "BOBBY" },
    { type: "account", value: "009" },
    { type: "address", value: "010.0.0.1/32" },
  ];

  it.each(spellings)("is that of the person for a hold: $value", async (identifier) => {
    const source = postgresDataSource({ client: database.pool, dataMap });
    const { rights, ask } = await askingOf([source]);
    const held = { actor, identifiers: [identifier], reason: "file 7" };
    const placed = orThrow(await rights.holds.place(held));
    expect(placed.notAsked).toEqual([]);
    expect(await ask(erasure)).toMatchObject({ waitingFor: [{ for: "hold", hold: placed.hold.id }] });
    const { rows } = await database.pool.query("select email from users");
    expect(rows).toEqual([{ email }]);
    await rights.stop();
  });

  it("is that of the person for the list of whom not to take in, where it is a UUID", async () => {
    const source = postgresDataSource({ client: database.pool, dataMap });
    const { rights, ask } = await askingOf([source]);
    expect(await ask(erasure)).toMatchObject({ outcome: "completed" });
    const identifiers = [{ type: "user-id", value: uuid.toUpperCase() }];
    expect(orThrow(await rights.suppressions.mayTakeIn({ actor, identifiers }))).toBe(false);
    const reason = "they want to be";
    // With it goes what the same erasure put there.
    expect(orThrow(await rights.suppressions.lift({ actor, identifiers, reason }))).toBeGreaterThan(0);
    expect(orThrow(await rights.suppressions.mayTakeIn({ actor, identifiers }))).toBe(true);
    await rights.stop();
  });
});
