import { defineDataSource, type Identifier, orThrow } from "@subject-rights/core";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type DataMap, postgresDataSource, type TableMap } from "../../src/index.ts";
import { actor, askingOf } from "../support/asking.ts";
import { createDatabase, emptying, type TestDatabase } from "../support/database.ts";

const ada = "ada@example.org";
const later = "ada.later@example.org";
const email = (value: string): Identifier => ({ type: "email", value });

let database: TestDatabase;
beforeAll(async () => {
  database = await createDatabase();
});
beforeEach(async () => {
  await database.pool.query(`${emptying}
    create table users (id int primary key, email text);
    create table newsletter (id int primary key, email text);
    insert into users values (1, '${ada}'), (2, 'bob@example.org');
    insert into newsletter values (1, '${ada}'), (2, 'bob@example.org');
  `);
});
afterAll(() => database.drop());

const byAddress = { column: "email", identifier: "email" } as const;
const table = (name: string, belongs: TableMap["belongs"]): TableMap => ({
  table: name,
  title: name,
  category: "customer-data",
  belongs,
  columns: { id: "exported", email: "exported" },
  erasure: "delete",
});
const dataMap: DataMap = {
  tenant: { only: actor.tenant },
  tables: [
    table("users", [byAddress, { column: "id", identifier: "user-id" }]),
    table("newsletter", byAddress),
  ],
};

/** Between the asking and the work, while another source counts, something happens. */
const beginning = async (between: () => Promise<unknown>) => {
  const held = new Set([ada, later]);
  let isOver = false;
  const letters = defineDataSource({
    id: "letters",
    title: "Letters",
    holds: ["customer-data"],
    kind: "origin",
    locate: async (subject) => {
      if (!isOver) await between();
      isOver = true;
      const count = subject.values("email").filter((each) => held.has(each)).length;
      return [{ collection: "letters", count }];
    },
    erase: async (subject) => {
      const count = subject.values("email").filter((each) => held.delete(each)).length;
      return [
        count > 0
          ? { collection: "letters", outcome: "erased", count }
          : { collection: "letters", outcome: "absent" },
      ];
    },
  });
  const source = postgresDataSource({ client: database.pool, dataMap });
  return { held, over: await askingOf([letters, source]) };
};

const moved = () =>
  database.pool.query(`
    update users set email = '${later}' where id = 1;
    insert into newsletter values (3, '${later}');
  `);
const addresses = async () => {
  const { rows } = await database.pool.query(
    "select email from users union select email from newsletter order by email",
  );
  return rows.map((row) => row.email);
};
const asked = { kind: "erasure", category: "customer-data", email: ada } as const;

describe("an address that changes between the asking and the work", () => {
  it("is told, and not just followed: everybody is asked for it", async () => {
    const { held, over } = await beginning(moved);
    expect(await over.ask(asked)).toMatchObject({ outcome: "completed" });
    expect([await addresses(), [...held]]).toEqual([["bob@example.org"], []]);
    const known = await over.rights.suppressions.mayTakeIn({ actor, identifiers: [email(later)] });
    expect(orThrow(known)).toBe(false);
    expect(over.errors).toEqual([]);
    await over.rights.stop();
  });

  it("is one under which a hold is met that was placed when nobody had it", async () => {
    const { over } = await beginning(moved);
    const held = { actor, identifiers: [email(later)], reason: "file 7" };
    const { hold } = orThrow(await over.rights.holds.place(held));
    expect((await over.ask(asked)).waitingFor).toEqual([{ for: "hold", hold: hold.id }]);
    expect(await addresses()).toEqual([later, ada, "bob@example.org"]);
    await over.rights.stop();
  });
});
