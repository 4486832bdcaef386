import type { Pool } from "pg";
import { tenant } from "./fill.ts";

/**
 * What a team would write that knows its schema: who it is, then a count a table. It leaves out what a plan tells
 * beside it: what is anonymised already, and what is retained, by year.
 */
const counts: Readonly<Record<string, string>> = {
  Customers: "select count(*) from customers where id = $1",
  Addresses: `select count(*) from addresses a
    where a.id in (select address_id from customer_addresses where customer_id = $1)
      and not exists (select from customer_addresses o where o.address_id = a.id and o.customer_id <> $1)`,
  "Address book": "select count(*) from customer_addresses where customer_id = $1",
  Orders: "select count(*) from orders where customer_id = $1",
  "Order lines":
    "select count(*) from order_lines l join orders o on o.id = l.order_id where o.customer_id = $1",
  Payments: "select count(*) from payments where customer_id = $1",
  Reviews: "select count(*) from reviews where customer_id = $1",
  Folders: `with recursive f as (
      select id from folders where owner = $1 union select s.id from folders s join f on s.parent = f.id
    ) select count(*) from f`,
  Tickets: "select count(*) from tickets where customer_id = $1",
  "Ticket messages":
    "select count(*) from ticket_messages m join tickets t on t.id = m.ticket_id where t.customer_id = $1",
  Newsletter: "select count(*) from newsletter where tenant = $2 and lower(email) = $3",
  Visits: "select count(*) from visits where tenant = $2 and lower(email) = $3",
};

const numberOf = async (pool: Pool, email: string): Promise<string> => {
  const { rows } = await pool.query("select id from customers where tenant = $1 and lower(email) = $2", [
    tenant,
    email,
  ]);
  return (rows[0] as { id: string }).id;
};

export type Counted = ReadonlyMap<string, number>;

/** One statement after the other, through the pool. */
export const countOneByOne = async (pool: Pool, email: string): Promise<Counted> => {
  const id = await numberOf(pool, email);
  const found = new Map<string, number>();
  for (const [title, text] of Object.entries(counts)) {
    const values = text.includes("$1") ? [id] : [tenant, email];
    const own = text.includes("$1") ? text : text.replace("$2", "$1").replace("$3", "$2");
    const { rows } = await pool.query(own, values);
    found.set(title, Number((rows[0] as { count: string }).count));
  }
  return found;
};

/** All of them in one statement. */
const combined = `select ${Object.values(counts)
  .map((text, index) => `(${text}) as c${index}`)
  .join(", ")}`;

export const countAtOnce = async (pool: Pool, email: string): Promise<Counted> => {
  const { rows } = await pool.query(combined, [await numberOf(pool, email), tenant, email]);
  const row = rows[0] as Readonly<Record<string, string>>;
  return new Map(Object.keys(counts).map((title, index) => [title, Number(row[`c${index}`])]));
};
