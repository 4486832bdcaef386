/** Everything that outlives a process: two databases and a folder, and the people in them. */
import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type pg from "pg";
import type { DataMap } from "../../src/index.ts";
import { shopMap, shopSchema } from "../source/shop.ts";

export interface Places {
  /** The application's database, which also keeps the store. */
  readonly shopUrl: string;
  /** Another database: what is erased there cannot be one commit with the store's. */
  readonly warehouseUrl: string;
  /** A folder of letters. */
  readonly folder: string;
  readonly masterKey: Uint8Array;
}

/** As the shop, but that nobody has to decide about telephone numbers. */
export const shopDataMap: DataMap = {
  ...shopMap,
  tables: shopMap.tables.map((table) =>
    table.table === "customers"
      ? {
          ...table,
          belongs: [
            { column: "email", identifier: "email" },
            { column: "id", identifier: "customer-number" },
          ],
        }
      : table,
  ),
};

const warehouseSchema = `
create table recipients (id int generated always as identity primary key, tenant text, email text, name text);
create table parcels (recipient int not null references recipients, contents text);
create table tickets (tenant text, email text, body text);
create table vouchers (idempotency_key text primary key, tenant text, times int not null default 1);
create table insights (tenant text, email text, name text);
create table outbox (place int generated always as identity, id text, tenant text, recipient text, at text,
  notice json, attachment bytea);
create index on recipients (tenant, lower(email));
create index on tickets (tenant);
create index on insights (tenant);
create index on outbox (tenant);
`;

export const warehouseDataMap: DataMap = {
  tenant: { column: "tenant" },
  tables: [
    {
      table: "recipients",
      title: "Recipients",
      category: "customer-data",
      belongs: { column: "email", identifier: "email" },
      columns: { id: "exported", tenant: "left-out", email: "exported", name: "exported" },
      erasure: "delete",
    },
    {
      table: "parcels",
      title: "Parcels",
      category: "customer-data",
      belongs: { references: "recipients" },
      columns: { recipient: "exported", contents: "exported" },
      erasure: "delete",
    },
  ],
};

export const makeTables = async (shop: pg.Pool, warehouse: pg.Pool): Promise<void> => {
  // Over hundreds of people, what the foreign keys need is there, as in a shop that has any.
  await shop.query(`${shopSchema}
    create index on customers (tenant); create index on payments (customer_id); create index on folders (owner);
    create index on folders (parent); create index on comments (author); create index on comments (reply_to);
    create index on customer_addresses (address_id); create index on visits (lower(email));`);
  await warehouse.query(warehouseSchema);
};

/** A tenant with the person whom its one request is about, and somebody else. */
export interface Person {
  readonly email: string;
  readonly name: string;
  readonly phone: string;
}

export const askedFor = (tenant: string): Person => ({
  email: `ada.${tenant}@example.org`,
  name: `Ada Lovelace (${tenant})`,
  phone: `+49 30 ${tenant} 901820`,
});

export const leftAlone = (tenant: string): Person => ({
  email: `eve.${tenant}@example.org`,
  name: `Eve Other (${tenant})`,
  phone: `+49 40 ${tenant} 111111`,
});

const letterOf = (tenant: string, { email }: Person): string => `${tenant} ${email}.txt`;

/** Puts two people into every place. Payments are kept by law where `isKept`. */
export const settle = async (
  { folder }: Places,
  { shop, warehouse }: { readonly shop: pg.Pool; readonly warehouse: pg.Pool },
  tenant: string,
  isKept: boolean,
): Promise<void> => {
  for (const person of [askedFor(tenant), leftAlone(tenant)]) {
    const { email, name, phone } = person;
    await inTransaction(shop, async (client) => {
      const numberOf = async (text: string, values: unknown[]): Promise<number> => {
        const { rows } = await client.query<{ id: number }>(text, values);
        return rows[0]?.id ?? 0;
      };
      const customer = await numberOf(
        `insert into customers (tenant, email, name, born, phone, password_hash)
          values ($1, $2, $3, '1990-12-10', $4, 'x') returning id`,
        [tenant, email, name, phone],
      );
      const address = await numberOf("insert into addresses (street) values ($1) returning id", [name]);
      await client.query("insert into customer_addresses values ($1, $2, 'home')", [customer, address]);
      for (const note of ["first", "second"]) {
        const order = await numberOf("insert into orders (customer_id, note) values ($1, $2) returning id", [
          customer,
          `${note}, call ${phone}`,
        ]);
        await client.query(`insert into "Shop ""2"""."Order Lines" values ($1, 1, 'lamp')`, [order]);
        await client.query("update orders set first_line = 1 where id = $1", [order]);
      }
      const paidOn = isKept ? "2025-03-01" : "2001-03-01";
      await client.query(
        "insert into payments (customer_id, amount, iban, paid_on) values ($1, 10.50, 'GB33', $2)",
        [customer, paidOn],
      );
      const root = await numberOf("insert into folders (owner, title) values ($1, $2) returning id", [
        customer,
        name,
      ]);
      await client.query("insert into folders (parent, title) values ($1, 'below')", [root]);
      await client.query("insert into comments (author, body) values ($1, $2)", [customer, `I am ${name}`]);
      await client.query(
        "insert into visits (tenant, email, page) select $1, $2, 'page' from generate_series(1, 3)",
        [tenant, email],
      );
    });
    await inTransaction(warehouse, async (client) => {
      await client.query(
        `with recipient as (insert into recipients (tenant, email, name) values ($1, $2, $3) returning id)
          insert into parcels select id, 'for ' || $3 from recipient`,
        [tenant, email, name],
      );
      await client.query("insert into tickets values ($1, $2, $3), ($1, $2, 'again')", [
        tenant,
        email,
        `call me on ${phone}`,
      ]);
      await client.query("insert into insights values ($1, $2, $3)", [tenant, email, name]);
    });
    await mkdir(folder, { recursive: true });
    await writeFile(join(folder, letterOf(tenant, person)), `Dear ${name}`);
  }
};

export const inTransaction = async <Value>(
  pool: pg.Pool,
  work: (client: pg.PoolClient) => Promise<Value>,
): Promise<Value> => {
  const client = await pool.connect();
  let isUnusable = false;
  // A connection that is cut says so twice: to the statement under way, and here.
  const heard = () => {
    isUnusable = true;
  };
  client.on("error", heard);
  try {
    await client.query("begin");
    const value = await work(client);
    await client.query("commit");
    return value;
  } catch (thrown) {
    isUnusable = true;
    throw thrown;
  } finally {
    client.off("error", heard);
    client.release(isUnusable);
  }
};

/** Everything that every place holds of a person of a tenant, by statements that are nobody else's. */
export const everythingOf = async (
  { folder }: Places,
  { shop, warehouse }: { readonly shop: pg.Pool; readonly warehouse: pg.Pool },
  tenant: string,
  person: Person,
): Promise<unknown> => {
  const { email } = person;
  const inShop = await shop.query(
    `with c as (select * from customers where tenant = $1 and email = $2)
    select (select json_agg(c) from c) as customers,
      (select json_agg(a) from addresses a where street = $3) as addresses,
      (select json_agg(l) from customer_addresses l join c on c.id = customer_id) as links,
      (select json_agg(o order by o.id) from orders o join c on c.id = customer_id) as orders,
      (select json_agg(l) from "Shop ""2"""."Order Lines" l join orders o on o.id = l."order" join c on c.id = o.customer_id) as lines,
      (select json_agg(p) from payments p join c on c.id = customer_id) as payments,
      (select json_agg(f) from folders f join c on c.id = owner) as folders,
      (select json_agg(f) from folders f join folders r on r.id = f.parent join c on c.id = r.owner) as below,
      (select json_agg(b) from comments b join c on c.id = author) as comments,
      (select json_agg(v) from visits v where v.tenant = $1 and v.email = $2) as visits`,
    [tenant, email, person.name],
  );
  const inWarehouse = await warehouse.query(
    `select (select json_agg(r) from recipients r where tenant = $1 and email = $2) as recipients,
      (select json_agg(p) from parcels p join recipients r on r.id = recipient where tenant = $1 and email = $2) as parcels,
      (select json_agg(t) from tickets t where tenant = $1 and email = $2) as tickets,
      (select json_agg(i) from insights i where tenant = $1 and email = $2) as insights`,
    [tenant, email],
  );
  const names = await readdir(folder);
  const letter = letterOf(tenant, person);
  const letters = names.includes(letter) ? await readFile(join(folder, letter), "utf8") : null;
  return { ...inShop.rows[0], ...inWarehouse.rows[0], letters };
};

export const removeLetter = ({ folder }: Places, name: string): Promise<void> =>
  rm(join(folder, name), { force: true });
