/** The tables of a shop that has been in business for a while. */
export const schema = `
create table articles (id int primary key, title text not null, price numeric(10, 2) not null);
create table staff (id int primary key, name text not null, email text not null);

create table customers (
  id bigint primary key, email text unique, name text not null, phone text, born date,
  password_hash text, created_at timestamptz not null
);
create table addresses (id bigint primary key, street text not null, postcode text not null, city text not null);
create table customer_addresses (
  customer_id bigint references customers, address_id bigint references addresses, label text not null,
  primary key (customer_id, address_id)
);
create table orders (
  id bigint primary key, customer_id bigint not null references customers, note text, placed_at timestamptz not null
);
create table order_lines (
  order_id bigint references orders, line int, article_id int not null references articles, quantity int not null,
  primary key (order_id, line)
);
create table payments (
  id bigint primary key, customer_id bigint not null references customers, amount numeric(10, 2) not null,
  iban text, paid_on date not null
);
create table reviews (
  id bigint primary key, customer_id bigint references customers, article_id int not null references articles,
  signed_as text not null, stars int not null check (stars between 1 and 5), body text not null
);
create table tickets (
  id bigint primary key, customer_id bigint not null references customers, assigned_to int references staff,
  subject text not null, body text not null, opened_at timestamptz not null
);
create table ticket_messages (
  id bigint primary key, ticket_id bigint not null references tickets, written_by int references staff,
  body text not null, sent_at timestamptz not null
);
create table newsletter (email text primary key, confirmed_at timestamptz not null);
create table sessions (
  id uuid primary key, customer_id bigint not null references customers, token_hash bytea not null,
  ip inet not null, user_agent text not null, expires_at timestamptz not null
);
create table page_views (
  id bigint primary key, customer_id bigint references customers, path text not null, seen_at timestamptz not null
);
create table audit_log (
  id bigint primary key, customer_id bigint references customers, action text not null, ip inet, at timestamptz not null
);

create index on customer_addresses (address_id);
create index on orders (customer_id);
create index on payments (customer_id);
create index on reviews (customer_id);
create index on tickets (customer_id);
create index on ticket_messages (ticket_id);
create index on sessions (customer_id);
create index on page_views (customer_id);
create index on audit_log (customer_id);
`;

/** What somebody writes half a year later, who thinks of gifts and of nothing else. */
export const nextMigration = `
alter table customers add column if not exists second_phone text;
create table if not exists gift_cards (
  id bigint primary key, order_id bigint not null references orders, recipient_name text not null, greeting text
);
`;

export const nextMigrationUndone = `
drop table if exists gift_cards;
alter table customers drop column if exists second_phone;
`;
