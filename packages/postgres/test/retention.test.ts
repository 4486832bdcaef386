import { createSubjectRights, defineNotifier, type Notice, orThrow } from "@subject-rights/core";
import { postgresDataSource, postgresStorage } from "@subject-rights/postgres";
import { simulatedClock } from "@subject-rights/testing";
import { afterAll, beforeAll, expect, it } from "vitest";
import { masterKey, newSchema } from "./store/fixtures.ts";
import { createDatabase, type TestDatabase } from "./support/database.ts";

let database: TestDatabase;
beforeAll(async () => {
  database = await createDatabase();
  await database.pool.query(`
    create table customers (id int primary key, email text not null);
    create index on customers (lower(email));
    create table invoices (id int primary key, customer_id int not null references customers, paid_on date not null);
    create index on invoices (customer_id);
    insert into customers values (1, 'ada@example.org'), (2, 'bo@example.org');
    insert into invoices values (1, 1, '2020-05-01'), (2, 1, '2026-02-01'), (3, 2, '2020-05-01')`);
});
afterAll(() => database.drop());

const invoicesLeft = async () =>
  (await database.pool.query("select id from invoices order by id")).rows.map(({ id }) => id as number);

it("what the law keeps is erased under the same request when its year is over", async () => {
  const clock = simulatedClock(new Date("2026-03-02T09:00:00.000Z"));
  const client = database.pool;
  const { migrate, ...storage } = postgresStorage({ client, schema: newSchema(), masterKey });
  orThrow(await migrate());
  const sent: Notice[] = [];
  const rights = createSubjectRights({
    ...storage,
    clock,
    controller: "Halmstrand Lamps",
    sources: [
      postgresDataSource({
        client,
        clock,
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
              columns: { id: "exported", email: { anonymise: { constant: "nobody@example.invalid" } } },
              erasure: "anonymise",
            },
            {
              table: "invoices",
              title: "Invoices",
              category: "customer-data",
              belongs: { references: "customers" },
              columns: { id: "exported", customer_id: "exported", paid_on: "exported" },
              erasure: {
                retain: { until: { column: "paid_on", years: 1, endOfYear: true }, reason: "§ 147 AO" },
              },
            },
          ],
        },
      }),
    ],
    notifier: defineNotifier({ id: "kept", send: async ({ notice }) => void sent.push(notice) }),
    addresses: { tenantAdmin: () => "admin@halmstrand.example", support: () => "support@halmstrand.example" },
  });
  orThrow(await rights.start());
  try {
    const actor = { id: "admin-1", tenant: "halmstrand", roles: ["admin"] };
    const asked = { actor, kind: "erasure", category: "customer-data", email: "ada@example.org" } as const;
    const { request } = orThrow(await rights.requests.submit(asked));
    const until = async (isSo: () => boolean) => {
      while (!isSo()) {
        await clock.advance(1_000);
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
    };
    const lettersOf = (type: Notice["type"]) => sent.filter((notice) => notice.type === type);
    await until(() => lettersOf("confirmation").length === 1);
    const [confirmation] = lettersOf("confirmation");
    if (confirmation?.type !== "confirmation") throw new Error("no confirmation");
    orThrow(await rights.requests.acknowledge({ token: confirmation.token }));
    await until(() => lettersOf("completion").length === 1);
    const read = async () => orThrow(await rights.requests.read({ actor, requestId: request.id }));
    expect(await invoicesLeft()).toEqual([2, 3]);
    expect(await read()).toMatchObject({
      outcome: "completed-with-exceptions",
      reopensAt: "2028-01-01T00:00:00.000Z",
    });

    // The months pass at once: a look every half minute of them would be asked of a real database.
    clock.set(new Date("2027-12-31T23:59:00.000Z"));
    expect(await invoicesLeft()).toEqual([2, 3]);
    await until(() => lettersOf("completion").length === 2);
    expect(await invoicesLeft()).toEqual([3]);
    expect(await read()).toMatchObject({ outcome: "completed", reopensAt: null });
  } finally {
    await rights.stop();
  }
});
