import type { PGlite } from "@electric-sql/pglite";
import type { CollectionCount, DataSource, Subject } from "@subject-rights/core";
import { type DataSourceFixture, dataSourceCases } from "@subject-rights/testing";
import { afterAll, beforeAll, describe, inject, it } from "vitest";
import { type PostgresClient, postgresDataSource } from "../../src/index.ts";
import { createDatabase, type TestDatabase } from "../support/database.ts";
import { createPglite, freePglite } from "../support/pglite.ts";
import { personOf } from "./people.ts";
import { emptyShop, shopMap, shopRows, shopSchema } from "./shop.ts";

let database: TestDatabase;
let pglite: PGlite;

beforeAll(async () => {
  [database, pglite] = await Promise.all([createDatabase(), createPglite()]);
  await database.pool.query(shopSchema);
  await pglite.exec(shopSchema);
});
afterAll(() => Promise.all([database.drop(), freePglite(pglite)]));

/** The shop as it is before each case, numbered from 1 again. */
const refill = `
  ${emptyShop} ${shopRows} delete from customer_addresses where customer_id = 2;`;

type Ask = (text: string, values: unknown[]) => Promise<{ rows: unknown[] }>;

/** Counted by hand, with statements that have nothing in common with those of the source. */
const holdsBy =
  (ask: Ask) =>
  async (person: Subject): Promise<readonly CollectionCount[]> => {
    const emails = person.values("email");
    const customers = `select id from customers
      where tenant = 'tenant-one' and (lower(email) = any ($1) or id::text = any ($2))`;
    const count = async (collection: string, text: string, values: unknown[]): Promise<CollectionCount> => {
      const { rows } = await ask(`select count(*)::int as count ${text}`, values);
      return { collection, count: (rows[0] as { count: number }).count };
    };
    const both = [emails, person.values("customer-number")];
    return Promise.all([
      count("Customers", `from customers where id in (${customers}) and email is not null`, both),
      count(
        "Addresses",
        `from addresses where id in (select address_id from customer_addresses where customer_id in (${customers}))`,
        both,
      ),
      count("Address book", `from customer_addresses where customer_id in (${customers})`, both),
      count("Orders", `from orders where customer_id in (${customers})`, both),
      count(
        "Order lines",
        `from "Shop ""2"""."Order Lines" where "order" in (select id from orders where customer_id in (${customers}))`,
        both,
      ),
      count("Payments", `from payments where customer_id in (${customers})`, both),
      count(
        "Folders",
        `from (with recursive f as (select id from folders where owner in (${customers})
          union select folders.id from folders join f on parent = f.id) select * from f) f`,
        both,
      ),
      count("Comments", `from comments where author in (${customers})`, both),
      count("Visits", "from visits where tenant = 'tenant-one' and lower(email) = any ($1)", [emails]),
    ]);
  };

/** One for all cases over a client: a schema is checked once. */
const sources = new Map<PostgresClient, DataSource>();
const sourceOver = (client: PostgresClient): DataSource => {
  const source = sources.get(client) ?? postgresDataSource({ client, dataMap: shopMap });
  sources.set(client, source);
  return source;
};

const fixtureOver = (client: PostgresClient, ask: Ask): DataSourceFixture => ({
  source: sourceOver(client),
  reopen: async () => postgresDataSource({ client, dataMap: shopMap }),
  person: personOf("ada@example.org", 1),
  otherPerson: personOf("eve@example.org", 2),
  unknownPerson: personOf("nobody@example.com", 999),
  addressOnFile: "Ada@Example.org",
  knownAs: [{ type: "phone", value: "+44 20 1", shared: true }],
  holds: holdsBy(ask),
  passAddressOn: async () => {
    await ask("delete from visits where tenant = 'tenant-one' and lower(email) = 'ada@example.org'", []);
    await ask("update customers set email = 'ada@elsewhere.example' where id = 1", []);
    await ask("update customers set email = 'Ada@Example.org' where id = 2", []);
  },
});

const onServer = async (pool = database.pool): Promise<DataSourceFixture> => {
  await database.pool.query(refill);
  return fixtureOver(pool, (text, values) => database.pool.query(text, values));
};

const onServerThatBreaks = async () => {
  const pool = database.another();
  return { ...(await onServer(pool)), breakIt: () => pool.end() };
};

const onPglite = async () => {
  await pglite.exec(refill);
  return fixtureOver(pglite, (text, values) => pglite.query(text, values));
};

/** The statements are the same over both: over the second one case of each ability is enough, and more is of the same. */
const harnesses = {
  "a pool": { make: () => onServer(), makeBreakable: onServerThatBreaks },
  PGlite: { make: onPglite },
};

for (const [over, harness] of Object.entries(harnesses)) {
  describe(`over ${over}`, () => {
    const cases = dataSourceCases({
      ...harness,
      abilities: ["identify", "locate", "export", "erase", "verify"],
      identifiesMany: true,
      erasesMany: true,
      listsPeople: true,
      foreignTenant: "tenant-three",
    });
    const abilities = new Set<string | undefined>();
    for (const { name, run } of cases) {
      const [ability] = name.split(":");
      if (inject("isThorough") || over === "a pool" || !abilities.has(ability)) it(name, run);
      abilities.add(ability);
    }
  });
}
