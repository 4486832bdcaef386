import {
  createSubjectRights,
  defineDataSource,
  defineNotifier,
  type PeopleStream,
  type SubjectRights,
} from "@subject-rights/core";
import type { Pool } from "pg";
import { type DataMap, type PostgresClient, postgresDataSource, postgresStorage } from "../../src/index.ts";

/** Customers with orders. Those of customers with a dispute cannot be deleted, which nobody knows before. */
export const sweepSchema = `
create table customers (id int primary key, tenant text not null, email text not null, name text);
create index on customers (lower(email));
create table orders (id int generated always as identity primary key, customer_id int not null references customers);
create index on orders (customer_id);
create table disputes (customer_id int);
create table erased_elsewhere (email text primary key);
create function refuse_disputed() returns trigger language plpgsql as $$ begin
  if exists (select from disputes d where d.customer_id = old.customer_id) then
    raise foreign_key_violation using message = 'the order is disputed';
  end if;
  return old;
end $$;
create trigger refuse_disputed before delete on orders for each row execute function refuse_disputed();
`;

export const customerEmail = (id: number): string => `customer-${id}@example.org`;

export const fillCustomers = async (pool: Pool, count: number): Promise<void> => {
  await pool.query(sweepSchema);
  await pool.query(
    `insert into customers select c, 'halmstrand', 'Customer-' || c || '@example.org', 'Customer ' || c
     from generate_series(1, $1::int) c`,
    [count],
  );
  await pool.query("insert into orders (customer_id) select id from customers, generate_series(1, 3)");
};

const dataMap: DataMap = {
  tenant: { column: "tenant" },
  tables: [
    {
      table: "customers",
      title: "Customers",
      category: "customer-data",
      belongs: [
        { column: "email", identifier: "email" },
        { column: "id", identifier: "customer-number" },
      ],
      columns: { id: "exported", tenant: "left-out", email: "exported", name: "exported" },
      erasure: "delete",
    },
    {
      table: "orders",
      title: "Orders",
      category: "customer-data",
      belongs: { references: "customers" },
      columns: { id: "exported", customer_id: "exported" },
      erasure: "delete",
      triggers: { refuse_disputed: "writes nothing" },
    },
  ],
};

/** Something outside of the database: what it did is not undone with the record. */
const elsewhere = (pool: Pool) =>
  defineDataSource({
    id: "elsewhere",
    title: "Elsewhere",
    holds: ["customer-data"],
    kind: "origin",
    locate: async () => [],
    erase: async (subject) => {
      const { rowCount } = await pool.query(
        "insert into erased_elsewhere select unnest($1::text[]) on conflict do nothing",
        [subject.values("email")],
      );
      return [
        rowCount === 0
          ? { collection: "Things", outcome: "absent" }
          : { collection: "Things", outcome: "erased", count: rowCount ?? 0 },
      ];
    },
  });

export const sweepActor = { id: "admin-1", tenant: "halmstrand", roles: ["admin"] };

export const openSweeping = (
  pool: Pool,
  {
    isMixed = false,
    client = pool,
    masterKey = new Uint8Array(32).fill(7),
  }: { readonly isMixed?: boolean; readonly client?: PostgresClient; readonly masterKey?: Uint8Array } = {},
): { readonly rights: SubjectRights; migrate: ReturnType<typeof postgresStorage>["migrate"] } => {
  const { migrate, ...storage } = postgresStorage({ client, masterKey });
  const rights = createSubjectRights({
    controller: "Halmstrand Lamps",
    sources: [postgresDataSource({ client, dataMap }), ...(isMixed ? [elsewhere(pool)] : [])],
    notifier: defineNotifier({ id: "nobody", send: async () => undefined }),
    addresses: { tenantAdmin: () => "admin@example.org", support: () => "support@example.org" },
    ...storage,
  });
  return { rights, migrate };
};

/** Customers by their number; the cursor is the last number of a page. */
export const customersFrom = (count: number, pageSize: number): PeopleStream =>
  async function* (cursor) {
    for (let from = Number(cursor ?? 0); from < count; from += pageSize) {
      const length = Math.min(pageSize, count - from);
      const people = Array.from({ length }, (_, index) => ({
        identifiers: [{ type: "email", value: customerEmail(from + index + 1) }],
      }));
      yield { people, cursor: String(from + length) };
    }
  };
