import { createSubjectRights, defineNotifier, type Identifier, orThrow } from "@subject-rights/core";
import { postgresDataSource, postgresStorage } from "@subject-rights/postgres";
import { afterAll, beforeAll, expect, inject, it } from "vitest";
import { masterKey, newSchema } from "./store/fixtures.ts";
import { createDatabase, type TestDatabase } from "./support/database.ts";

let database: TestDatabase;
beforeAll(async () => {
  database = await createDatabase();
});
afterAll(() => database.drop());

const actor = { id: "admin-1", tenant: "halmstrand", roles: ["admin"] };
const email = (value: string): Identifier => ({ type: "email", value });
const people = inject("isThorough") ? 12_000 : 5_200;
/** Known by an address alone, and each there twice. */
const visitors = people > 10_000 ? 7_000 : 300;

it(`a restored backup of ${people} people: who was erased since is found and erased again, and nobody else`, async () => {
  const { pool } = database;
  await pool.query(`create table customers (id int primary key, email text, name text);
    create table visits (email text, page text);
    insert into customers select i, case when i % 5 = 0 then null else 'Customer-' || i || '@Example.org' end, 'Name ' || i
      from generate_series(1, ${people}) as i;
    insert into visits select 'visitor-' || (i % ${visitors}) || '@example.org', 'page ' || i
      from generate_series(1, ${2 * visitors}) as i;`);
  const { migrate, ...storage } = postgresStorage({ client: pool, schema: newSchema(), masterKey });
  orThrow(await migrate());
  const tokens: string[] = [];
  const rights = createSubjectRights({
    ...storage,
    controller: "Halmstrand Lamps",
    sources: [
      postgresDataSource({
        client: pool,
        dataMap: {
          tenant: { only: "halmstrand" },
          tables: [
            {
              table: "customers",
              title: "Customers",
              category: "customer-data",
              belongs: [
                { column: "email", identifier: "email" },
                { column: "id", identifier: "customer-number" },
              ],
              columns: { id: "exported", email: "exported", name: "exported" },
              erasure: "delete",
            },
            {
              // Without a key, and everybody twice.
              table: "visits",
              title: "Visits",
              category: "customer-data",
              belongs: { column: "email", identifier: "email" },
              columns: { email: "exported", page: "exported" },
              erasure: "delete",
            },
          ],
        },
      }),
    ],
    notifier: defineNotifier({
      id: "kept",
      send: async ({ notice }) => {
        if (notice.type === "confirmation") tokens.push(notice.token);
      },
    }),
    addresses: { tenantAdmin: () => "admin@halmstrand.example", support: () => "support@halmstrand.example" },
  });
  orThrow(await rights.start());
  try {
    const backup = new Date(Date.now() - 60_000);
    await pool.query(
      "create table customers_backup as table customers; create table visits_backup as table visits",
    );
    const erased = [6, people - 1].map((number) => `customer-${number}@example.org`);
    erased.push(`visitor-${visitors - 1}@example.org`);
    for (const address of erased) {
      const asked = { actor, kind: "erasure", category: "customer-data", email: address } as const;
      const { request } = orThrow(await rights.requests.submit(asked));
      while (tokens.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
      orThrow(await rights.requests.acknowledge({ token: tokens.pop() ?? "" }));
      const asking = { actor, requestId: request.id };
      for await (const _ of orThrow(await rights.requests.progress(asking))) {
        // Until it is closed.
      }
    }
    const counts = async () =>
      (
        await pool.query(
          `select (select count(*)::int from customers) as customers, (select count(*)::int from visits) as visits`,
        )
      ).rows[0];
    expect(await counts()).toEqual({ customers: people - 2, visits: 2 * visitors - 2 });

    await pool.query(`truncate customers, visits; insert into customers table customers_backup;
      insert into visits table visits_backup`);
    const since = { actor, category: "customer-data", since: backup } as const;
    const looked = orThrow(await rights.suppressions.replay(since));
    // The one who is known by an address alone has two rows, which are alike.
    expect(looked).toMatchObject({ dryRun: true, found: 3, complete: false });
    expect(looked.sources).toMatchObject([{ status: "listed", listed: people + visitors }]);
    expect(await counts()).toEqual({ customers: people, visits: 2 * visitors });

    const done = orThrow(await rights.suppressions.replay({ ...since, dryRun: false }));
    expect(done).toMatchObject({ found: 3, complete: true, sweep: { status: "completed" } });
    expect(await counts()).toEqual({ customers: people - 2, visits: 2 * visitors - 2 });

    const rows = Array.from({ length: 400 }, (_, index) => `CUSTOMER-${people - 200 + index}@example.org`);
    const through: string[] = [];
    for await (const row of rights.suppressions.filter({
      actor,
      rows,
      identifiers: (row) => [email(row)],
      leftOut: () => undefined,
      batchSize: 150,
    })) {
      through.push(row);
    }
    expect(rows.filter((row) => !through.includes(row))).toEqual([`CUSTOMER-${people - 1}@example.org`]);
    expect(orThrow(await rights.suppressions.rotate({ actor }))).toBeGreaterThanOrEqual(3);
    const mayTakeIn = { actor, identifiers: [{ type: "customer-number", value: "6" }] };
    expect(orThrow(await rights.suppressions.mayTakeIn(mayTakeIn))).toBe(false);
  } finally {
    await rights.stop();
  }
}, 60_000);
