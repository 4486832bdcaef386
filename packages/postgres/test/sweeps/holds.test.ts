import { createSubjectRights, defineNotifier, orThrow, type SubjectRights } from "@subject-rights/core";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type DataMap, type PostgresClient, postgresDataSource, postgresStorage } from "../../src/index.ts";
import { masterKey, newSchema } from "../store/fixtures.ts";
import { createDatabase, type TestDatabase } from "../support/database.ts";

const actor = { id: "admin-1", tenant: "halmstrand", roles: ["admin"] };
const ada = "ada@example.org";
const schema = `create table customers (id int primary key, email text); create table visits (id int primary key, email text);
  insert into customers values (1, '${ada}'), (2, 'eve@example.org'); insert into visits select * from customers;`;

const mapOf = (table: string): DataMap => ({
  tenant: { only: actor.tenant },
  tables: [
    {
      table,
      title: table,
      category: "customer-data",
      belongs: { column: "email", identifier: "email" },
      columns: { id: "exported", email: "exported" },
      erasure: "delete",
    },
  ],
});

/**
 * Two sources in the store's own database; `between` happens when the first has erased, and `behind` when the last was
 * asked, in the same transaction.
 */
const rightsOver = async (
  client: PostgresClient,
  between: (rights: SubjectRights) => Promise<void>,
  behind: (rights: SubjectRights) => Promise<void> = async () => undefined,
): Promise<SubjectRights> => {
  const { migrate, ...storage } = postgresStorage({ client, schema: newSchema(), masterKey });
  orThrow(await migrate());
  const customers = postgresDataSource({ client, id: "customers", dataMap: mapOf("customers") });
  const visits = postgresDataSource({ client, id: "visits", dataMap: mapOf("visits") });
  const [{ eraseMany }, { remainingMany }] = [customers, visits];
  const rights: SubjectRights = createSubjectRights({
    ...storage,
    controller: "Halmstrand Lamps",
    sources: [
      {
        ...customers,
        eraseMany:
          eraseMany &&
          ((people, call) =>
            eraseMany(people, call).map(async (outcomes) => {
              await between(rights);
              return outcomes;
            })),
      },
      {
        ...visits,
        remainingMany:
          remainingMany &&
          ((people, call) =>
            remainingMany(people, call).map(async (counts) => {
              await behind(rights);
              return counts;
            })),
      },
    ],
    notifier: defineNotifier({ id: "none", send: async () => undefined }),
    addresses: { tenantAdmin: () => "admin@halmstrand.example", support: () => "support@halmstrand.example" },
  });
  return rights;
};

const hold = async ({ holds }: SubjectRights) => {
  const identifiers = [{ type: "email", value: ada }];
  orThrow(await holds.place({ actor, identifiers, reason: "court file 7" }));
};

const sweep = async ({ sweeps }: SubjectRights) => {
  const running = orThrow(
    await sweeps.eraseMany({
      actor,
      reason: "retention",
      category: "customer-data",
      people: async function* () {
        const people = [ada, "eve@example.org"].map((value) => ({
          identifiers: [{ type: "email", value }],
        }));
        yield { people, cursor: "1" };
      },
    }),
  );
  return orThrow(await running.end());
};

describe("a sweep in the store's own transactions", () => {
  let database: TestDatabase;
  beforeEach(async () => {
    database = await createDatabase();
    await database.pool.query(schema);
  });
  afterEach(() => database.drop());

  it.each([
    ["between two sources", true],
    ["behind the last", false],
  ])("undoes what it did to somebody who is held %s, and nobody else", async (_, isBetween) => {
    let isPlaced = false;
    const place = async (it: SubjectRights) => {
      if (isPlaced) return;
      isPlaced = true;
      await hold(it);
    };
    const nothing = async () => undefined;
    const rights = await (isBetween
      ? rightsOver(database.pool, place)
      : rightsOver(database.pool, nothing, place));
    expect(await sweep(rights)).toMatchObject({
      status: "completed-with-exceptions",
      counts: { erased: 1, leftBehind: 1 },
    });
    for (const table of ["customers", "visits"]) {
      const { rows } = await database.pool.query(`select email from ${table}`);
      expect(rows).toEqual([{ email: ada }]);
    }
    await rights.stop();
  });

  it("over a single connection asks for holds in its transaction, and waits for nobody", async () => {
    const rights = await rightsOver(database.another({ max: 1 }), async () => undefined);
    await hold(rights);
    expect((await sweep(rights)).counts).toMatchObject({ erased: 1, leftBehind: 1 });
    const { rows } = await database.pool.query(
      "select email from customers union all select email from visits",
    );
    expect(rows).toEqual([{ email: ada }, { email: ada }]);
    await rights.stop();
  });
});
