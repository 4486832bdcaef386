import type { DataMap } from "@subject-rights/postgres";
import type { Pool } from "pg";

export const collection = "Visits";
export const email = "ada@example.org";

/** The columns of `visits` that are handed out, in order. */
export const columns = ["id", "customer_id", "visited_at", "page", "amount", "is_member", "note"] as const;

/** What a person with a long history has: some 190 bytes of JSON a row. */
export const fillVisits = async (pool: Pool, rows: number): Promise<void> => {
  await pool.query(`
    create table customers (id bigint primary key, tenant text not null, email text not null);
    create table visits (
      id bigint not null, customer_id bigint not null, visited_at timestamptz not null, page text not null,
      amount numeric(12, 2), is_member boolean not null, note text not null
    );
    insert into customers values (1, 'halmstrand', '${email}')`);
  await pool.query(
    `insert into visits select i, 1, timestamptz '2016-01-01' + i * interval '5 minutes', '/lamps/' || i % 1000,
      case when i % 7 > 0 then i % 100000 / 100.0 end, i % 2 = 0,
      'looked at "Aurora ' || i % 50 || '", ' || md5(i::text) from generate_series(1, $1::bigint) i`,
    [rows],
  );
  await pool.query("alter table visits add primary key (id)");
  await pool.query("alter table visits add foreign key (customer_id) references customers");
  await pool.query("create index on customers (lower(email))");
  await pool.query("create index on visits (customer_id, id)");
  await pool.query("vacuum analyze");
  await pool.query("checkpoint");
};

export const dataMap: DataMap = {
  tenant: { column: "tenant" },
  tables: [
    {
      table: "customers",
      title: "Customers",
      category: "user-data",
      belongs: [
        { column: "email", identifier: "email" },
        { column: "id", identifier: "customer-number" },
      ],
      columns: { id: "exported", tenant: "left-out", email: "exported" },
      erasure: "delete",
    },
    {
      table: "visits",
      title: collection,
      category: ["customer-data", "user-data"],
      belongs: { references: "customers" },
      columns: Object.fromEntries(columns.map((column) => [column, "exported" as const])),
      erasure: "delete",
    },
  ],
};
