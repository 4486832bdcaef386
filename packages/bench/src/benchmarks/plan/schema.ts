import type { DataMap } from "@subject-rights/postgres";

/** Twelve tables of a shop. Keys and indexes are added after the rows: it is faster, and comes to the same. */
export const tables = `
create table customers (
  id bigint not null, tenant text not null, email text, name text, born date, created_at timestamptz not null
);
create table addresses (id bigint not null, street text not null);
create table customer_addresses (customer_id bigint not null, address_id bigint not null, label text);
create table orders (id bigint not null, customer_id bigint not null, note text, ordered_at timestamptz not null);
create table order_lines (order_id bigint not null, number int not null, article text not null);
create table payments (
  id bigint not null, customer_id bigint not null, amount numeric(12, 2) not null, iban text, paid_on date not null
);
create table reviews (id bigint not null, customer_id bigint not null, body text);
create table folders (id bigint not null, owner bigint, parent bigint, title text);
create table tickets (id bigint not null, customer_id bigint not null, subject text);
create table ticket_messages (id bigint not null, ticket_id bigint not null, body text);
create table newsletter (id bigint not null, tenant text not null, email text not null, topic text);
create table visits (id bigint not null, tenant text not null, email text, page text, at timestamptz not null);
`;

export const keysAndIndexes = `
alter table customers add primary key (id);
create index on customers (lower(email));
alter table addresses add primary key (id);
alter table customer_addresses add primary key (customer_id, address_id);
create index on customer_addresses (address_id);
alter table orders add primary key (id);
create index on orders (customer_id);
alter table order_lines add primary key (order_id, number);
alter table payments add primary key (id);
create index on payments (customer_id);
alter table reviews add primary key (id);
create index on reviews (customer_id);
alter table folders add primary key (id);
create index on folders (owner);
create index on folders (parent);
alter table tickets add primary key (id);
create index on tickets (customer_id);
alter table ticket_messages add primary key (id);
create index on ticket_messages (ticket_id);
alter table newsletter add primary key (id);
create index on newsletter (lower(email));
alter table visits add primary key (id);
create index on visits (lower(email));
alter table customer_addresses add foreign key (customer_id) references customers,
  add foreign key (address_id) references addresses;
alter table orders add foreign key (customer_id) references customers;
alter table order_lines add foreign key (order_id) references orders;
alter table payments add foreign key (customer_id) references customers;
alter table reviews add foreign key (customer_id) references customers;
alter table folders add foreign key (owner) references customers, add foreign key (parent) references folders;
alter table tickets add foreign key (customer_id) references customers;
alter table ticket_messages add foreign key (ticket_id) references tickets;
`;

const category = "customer-data";
const exported = <Column extends string>(...columns: Column[]) =>
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
      columns: {
        ...exported("id", "created_at"),
        tenant: "left-out",
        email: { anonymise: "null" },
        name: { anonymise: "hash" },
        born: { anonymise: { coarser: "year" } },
      },
      erasure: "anonymise",
    },
    {
      table: "addresses",
      title: "Addresses",
      category,
      belongs: { referencedBy: "customer_addresses" },
      columns: exported("id", "street"),
      erasure: "delete",
    },
    {
      table: "customer_addresses",
      title: "Address book",
      category,
      belongs: { references: "customers" },
      columns: exported("customer_id", "address_id", "label"),
      erasure: "delete",
    },
    {
      table: "orders",
      title: "Orders",
      category,
      belongs: { references: "customers" },
      columns: exported("id", "customer_id", "note", "ordered_at"),
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
      table: "payments",
      title: "Payments",
      category,
      belongs: { references: "customers" },
      columns: { ...exported("id", "customer_id", "amount", "paid_on"), iban: { anonymise: "null" } },
      erasure: { retain: { reason: "§ 147 AO", until: { column: "paid_on", years: 10, endOfYear: true } } },
    },
    {
      table: "reviews",
      title: "Reviews",
      category,
      belongs: { references: "customers" },
      columns: exported("id", "customer_id", "body"),
      erasure: "delete",
    },
    {
      table: "folders",
      title: "Folders",
      category,
      belongs: [{ references: "customers" }, { references: "folders" }],
      kept: "never",
      columns: exported("id", "owner", "parent", "title"),
      erasure: "delete",
    },
    {
      table: "tickets",
      title: "Tickets",
      category,
      belongs: { references: "customers" },
      columns: exported("id", "customer_id", "subject"),
      erasure: "delete",
    },
    {
      table: "ticket_messages",
      title: "Ticket messages",
      category,
      belongs: { references: "tickets" },
      columns: exported("id", "ticket_id", "body"),
      erasure: "delete",
    },
    {
      table: "newsletter",
      title: "Newsletter",
      category,
      belongs: { column: "email", identifier: "email" },
      columns: { ...exported("id", "email", "topic"), tenant: "left-out" },
      erasure: "delete",
    },
    {
      table: "visits",
      title: "Visits",
      category,
      belongs: { column: "email", identifier: "email" },
      columns: { ...exported("id", "email", "page", "at"), tenant: "left-out" },
      erasure: "delete",
    },
  ],
};
