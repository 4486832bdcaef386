import type { DataMap } from "../../src/data-map/data-map.ts";

/** A small shop with most of what makes erasing hard. */
export const shopSchema = `
create schema "Shop ""2""";
create table customers (
  id bigint generated always as identity primary key, tenant text not null default 'tenant-one',
  email text, name text, born date, phone text, password_hash text, created_at timestamptz not null default now()
);
create index on customers (lower(email));
create table addresses (id int generated always as identity primary key, street text not null);
create table customer_addresses (
  customer_id bigint references customers, address_id int references addresses, label text,
  primary key (customer_id, address_id)
);
create table orders (
  id int generated always as identity primary key, customer_id bigint not null references customers,
  note text, first_line int
);
create index on orders (customer_id);
create table "Shop ""2"""."Order Lines" (
  "order" int not null references orders, "No." int not null, article text not null,
  primary key ("order", "No.")
);
alter table orders add foreign key (id, first_line) references "Shop ""2"""."Order Lines" ("order", "No.");
create table payments (
  id int generated always as identity primary key, customer_id bigint not null references customers,
  amount numeric(12, 2) not null, iban text, paid_on date not null
);
create table folders (
  id int generated always as identity primary key, owner bigint references customers,
  parent int references folders, title text
);
create table comments (
  id int generated always as identity primary key, author bigint references customers,
  reply_to int references comments, body text
);
create table visits (tenant text default 'tenant-one', email text, at timestamptz default now(), page text);
`;

/** Back to an empty shop, numbered from 1 again: tables of so few rows are deleted from sooner than truncated. */
export const emptyShop = `
  set local session_replication_role = 'replica';
  delete from customers; delete from addresses; delete from customer_addresses; delete from orders;
  delete from "Shop ""2"""."Order Lines"; delete from payments; delete from folders; delete from comments;
  delete from visits;
  set local session_replication_role = 'origin';
  alter sequence customers_id_seq restart; alter sequence addresses_id_seq restart;
  alter sequence orders_id_seq restart; alter sequence payments_id_seq restart;
  alter sequence folders_id_seq restart; alter sequence comments_id_seq restart;
`;

export const shopMap: DataMap = {
  tenant: { column: "tenant" },
  tables: [
    {
      table: "customers",
      title: "Customers",
      category: "customer-data",
      belongs: [
        { column: "email", identifier: "email" },
        { column: "id", identifier: "customer-number" },
        { column: "phone", identifier: "phone", shared: true },
      ],
      columns: {
        id: "exported",
        tenant: "left-out",
        email: { anonymise: "null" },
        name: { anonymise: "hash" },
        born: { anonymise: { coarser: "year" } },
        phone: { anonymise: { constant: "none" } },
        password_hash: { export: false, anonymise: "null" },
        created_at: "exported",
      },
      erasure: "anonymise",
    },
    {
      table: "addresses",
      title: "Addresses",
      category: "customer-data",
      belongs: { referencedBy: "customer_addresses" },
      columns: { id: "exported", street: "exported" },
      erasure: "delete",
    },
    {
      table: "customer_addresses",
      title: "Address book",
      category: "customer-data",
      belongs: { references: "customers" },
      columns: { customer_id: "exported", address_id: "exported", label: "exported" },
      erasure: "delete",
    },
    {
      table: "orders",
      title: "Orders",
      category: "customer-data",
      belongs: [
        { references: "customers" },
        { references: { schema: 'Shop "2"', name: "Order Lines" }, on: { id: "order", first_line: "No." } },
      ],
      kept: "never",
      columns: { id: "exported", customer_id: "exported", note: "exported", first_line: "exported" },
      erasure: "delete",
    },
    {
      table: { schema: 'Shop "2"', name: "Order Lines" },
      title: "Order lines",
      category: "customer-data",
      belongs: { references: "orders" },
      columns: { order: "exported", "No.": "exported", article: "exported" },
      erasure: "delete",
    },
    {
      table: "payments",
      title: "Payments",
      category: "customer-data",
      belongs: { references: "customers" },
      columns: {
        id: "exported",
        customer_id: "exported",
        amount: "exported",
        iban: { anonymise: "null" },
        paid_on: "exported",
      },
      erasure: { retain: { reason: "§ 147 AO", until: { column: "paid_on", years: 10, endOfYear: true } } },
    },
    {
      table: "folders",
      title: "Folders",
      category: "customer-data",
      belongs: [{ references: "customers" }, { references: "folders" }],
      kept: "never",
      columns: { id: "exported", owner: "exported", parent: "exported", title: "exported" },
      erasure: "delete",
    },
    {
      table: "comments",
      title: "Comments",
      category: "customer-data",
      belongs: { references: "customers" },
      columns: { id: "exported", author: "exported", reply_to: "exported", body: "exported" },
      erasure: "delete",
    },
    {
      table: "visits",
      title: "Visits",
      category: ["customer-data", "user-telemetry"],
      belongs: { column: "email", identifier: "email" },
      columns: { tenant: "left-out", email: "exported", at: "left-out", page: "exported" },
      erasure: "delete",
    },
  ],
  unlink: [{ table: "comments", columns: ["reply_to"], reason: "a reply stays without what it answers" }],
};

/** Ada with everything, and Eve beside her, who shares an address and answers Ada's comments. */
export const shopRows = `
insert into customers (email, name, born, phone, password_hash) values
  ('Ada@Example.org', 'Ada Lovelace', '1990-12-10', '+44 20 1', 'x'), ('eve@example.org', 'Eve', '1985-05-05', '+44 20 1', 'y');
insert into customers (tenant, email, name) values ('tenant-two', 'ada@example.org', 'Ada of the other tenant');
insert into addresses (street) values ('1 St James''s Square'), ('2 Shared House');
insert into customer_addresses values (1, 1, 'home'), (1, 2, 'work'), (2, 2, 'home');
insert into orders (customer_id, note) values (1, 'one'), (1, 'two'), (2, 'eve');
insert into "Shop ""2"""."Order Lines" values (1, 1, 'lamp'), (1, 2, 'shade'), (2, 1, 'bulb'), (3, 1, 'lamp');
update orders set first_line = 1;
insert into payments (customer_id, amount, iban, paid_on) values
  (1, 10.50, 'GB33BUKB20201555555555', '2025-03-01'), (1, 99.99, null, '2024-12-31'), (1, 1, 'GB33', '2001-01-01'),
  (2, 5, 'DE', '2025-01-01');
insert into folders (owner, parent, title) values (1, null, 'root'), (null, 1, 'below'), (null, 2, 'deeper'), (2, null, 'eve');
insert into comments (author, reply_to, body) values (1, null, 'first'), (2, 1, 'eve answers ada'), (1, 2, 'ada again');
insert into visits (email, page) select 'ada@example.org', 'same' from generate_series(1, 3);
insert into visits (email, page) values ('ADA@example.org', 'other'), ('eve@example.org', 'eve');
`;
