import type { DataMap, TableMap } from "../../src/data-map/data-map.ts";

/** A small shop whose map is complete, with dull tables that nobody has to map. */
export const shop = `
  create table countries (code text primary key, name text not null, calling_code text, phone_prefix text);
  create table products (id int primary key, name text, description text, display_name text, price numeric,
    version text, sku text, created_on date, ean text, image text);
  create table settings (key text primary key, value text, email_enabled boolean, payload jsonb);
  create table schema_migrations (version text primary key, applied_at timestamptz default now());
  create table customers (id int primary key, email text not null unique, phone text,
    country text references countries, password_hash text);
  create table orders (id int primary key, customer_id int references customers, placed_at timestamptz);
  create table order_lines (order_id int references orders, product_id int references products, amount int,
    primary key (order_id, product_id));
  insert into countries values ('DE', 'Germany', '+49', '0049'), ('NL', 'Netherlands', '+31', '0031');
  insert into products select i, 'Lamp ' || i, 'Lights up. Weighs ' || i || ' g, 10-20-30 cm.', 'Lamp', i, '1.2.' || i,
    'SKU-00' || i, '2026-02-01', '4006381333' || 900 + i, 'lamp@2x.png' from generate_series(1, 50) i;
  insert into settings select 'setting ' || i, case i when 1 then 'support@example.com' else '01.02.2026' end, true,
    '{"colour": "red", "hours": "12:30:00", "range": "1-2-3", "host": "127.0.0.1"}' from generate_series(1, 20) i;
  insert into schema_migrations values ('20260102030405'), ('20260102030406');
`;

export const customers: TableMap = {
  table: "customers",
  title: "Customers",
  category: "customer-data",
  belongs: { column: "email", identifier: "email" },
  columns: {
    id: "left-out",
    email: "exported",
    phone: "exported",
    country: "exported",
    password_hash: "left-out",
  },
  erasure: "delete",
};

export const orders: TableMap = {
  table: "orders",
  title: "Orders",
  category: "customer-data",
  belongs: { references: "customers" },
  columns: { id: "exported", customer_id: "left-out", placed_at: "exported" },
  erasure: "delete",
};

const lines: TableMap = {
  table: "order_lines",
  title: "Order lines",
  category: "customer-data",
  belongs: { references: "orders" },
  columns: { order_id: "exported", product_id: "exported", amount: "exported" },
  erasure: "delete",
};

export const complete: DataMap = { tenant: { only: "halmstrand" }, tables: [customers, orders, lines] };

/** The map with another entry for a table, or with one more. */
export const withTable = (table: TableMap, further: Partial<DataMap> = {}): DataMap => ({
  ...complete,
  ...further,
  tables: [...complete.tables.filter((each) => each.table !== table.table), table],
});
