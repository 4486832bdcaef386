import type { DataMap } from "@subject-rights/postgres";
import type { Pool } from "pg";

/** Four tables with a person each time in all of them. */
export const makeTables = async (pool: Pool): Promise<void> => {
  await pool.query(`
    create table customers (id bigint primary key, tenant text not null, email text not null);
    create index on customers (lower(email));
    create table orders (id bigint primary key, customer_id bigint not null references customers, note text not null);
    create index on orders (customer_id);
    create table order_lines (
      order_id bigint not null references orders, number int not null, article text not null,
      primary key (order_id, number)
    );
    create table visits (id bigint primary key, customer_id bigint not null references customers, page text not null);
    create index on visits (customer_id)`);
};

export const emailOf = (customer: number): string => `customer-${customer}@example.org`;

export interface People {
  /** The number of the first; the others follow. */
  readonly first: number;
  readonly count: number;
  /** Over all tables. */
  readonly rowsEach: number;
}

const mostRows = 100_000;

/** A fifth of the rows are orders, with two lines each; the rest are visits, but for the customer's own. */
export const fillPeople = async (pool: Pool, { first, count, rowsEach }: People): Promise<void> => {
  const orders = Math.floor(rowsEach / 5);
  const visits = rowsEach - 1 - 3 * orders;
  const people = "generate_series($1::bigint, $1::bigint + $2::bigint - 1) c";
  const each = (rows: number) => `${people}, generate_series(1, ${rows}) k`;
  const from = [first, count];
  await pool.query(
    `insert into customers select c, 'halmstrand', 'customer-' || c || '@example.org' from ${people}`,
    from,
  );
  await pool.query(`insert into orders select c * ${mostRows} + k, c, 'a note' from ${each(orders)}`, from);
  await pool.query(
    `insert into order_lines select c * ${mostRows} + k, n, 'lamp' from ${each(orders)}, generate_series(1, 2) n`,
    from,
  );
  await pool.query(`insert into visits select c * ${mostRows} + k, c, '/lamps' from ${each(visits)}`, from);
  await pool.query("vacuum (analyze) customers, orders, order_lines, visits");
};

/** @throws Error where anybody is left */
export const expectNobody = async (pool: Pool): Promise<void> => {
  const { rows } = await pool.query(`select (select count(*) from customers) + (select count(*) from orders)
    + (select count(*) from order_lines) + (select count(*) from visits) as left`);
  const { left } = rows[0] as { readonly left: string };
  if (left !== "0") throw new Error(`${left} rows are left.`);
};

const category = "customer-data";
const exported = (...columns: readonly string[]) =>
  Object.fromEntries(columns.map((column) => [column, "exported" as const]));

export const dataMap: DataMap = {
  tenant: { column: "tenant" },
  tables: [
    {
      table: "customers",
      title: "Customers",
      category,
      belongs: [
        { column: "email", identifier: "email" },
        { column: "id", identifier: "customer-number" },
      ],
      columns: { ...exported("id", "email"), tenant: "left-out" },
      erasure: "delete",
    },
    {
      table: "orders",
      title: "Orders",
      category,
      belongs: { references: "customers" },
      columns: exported("id", "customer_id", "note"),
      erasure: "delete",
    },
    {
      table: "order_lines",
      title: "Order lines",
      category,
      belongs: { references: "orders" },
      columns: exported("order_id", "number", "article"),
      erasure: "delete",
    },
    {
      table: "visits",
      title: "Visits",
      category,
      belongs: { references: "customers" },
      columns: exported("id", "customer_id", "page"),
      erasure: "delete",
    },
  ],
};
