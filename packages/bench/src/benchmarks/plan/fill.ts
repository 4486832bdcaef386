import type { Pool } from "pg";
import { keysAndIndexes, tables } from "./schema.ts";

export const tenant = "halmstrand";

/** Rows of an ordinary customer over all tables. Of `heavy` there are a thousand times as many, but for one customer. */
const rowsOfOne = 100;
const heavyFactor = 1_000;

export const emailOf = (customer: number): string => `customer-${customer}@example.org`;

/**
 * What each of `n` customers has. Rows of a customer lie far apart, as they do where they came over the years. `c`
 * is the customer's number, `k` says which of their rows it is.
 */
const fillings: readonly { readonly rows: number; readonly into: string; readonly select: string }[] = [
  { rows: 1, into: "addresses", select: "c, 'Street ' || c" },
  { rows: 10, into: "orders", select: "i, c, 'a note', now() - k * interval '50 days'" },
  { rows: 10, into: "payments", select: "i, c, k + 0.5, 'GB33BUKB20201555555555', current_date - k * 450" },
  { rows: 4, into: "reviews", select: "i, c, 'what a lamp'" },
  { rows: 4, into: "tickets", select: "i, c, 'it does not shine'" },
  { rows: 1, into: "newsletter", select: `i, '${tenant}', 'customer-' || c || '@example.org', 'lamps'` },
  { rows: 19, into: "visits", select: `i, '${tenant}', 'Customer-' || c || '@example.org', '/lamps', now()` },
];

/**
 * Fills the shop, and answers how many ordinary customers it has; the one after them has so many times the rows of each:
 * 100,000.
 */
export const fillShop = async (pool: Pool, rows: number, heavyTimes = heavyFactor): Promise<number> => {
  const customers = Math.max(100, Math.round(rows / rowsOfOne));
  const heavy = customers + 1;
  const client = await pool.connect();
  try {
    await client.query("set synchronous_commit = off");
    await client.query("set maintenance_work_mem = '512MB'");
    await client.query(tables);
    await client.query(
      `insert into customers select c, '${tenant}', 'Customer-' || c || '@example.org', 'Customer ' || c,
        '1980-05-05', now() from generate_series(1, $1::bigint) c`,
      [heavy],
    );
    for (const { rows: each, into, select } of fillings) {
      await client.query(
        `insert into ${into} select ${select} from (
          select i, 1 + i % $1::bigint as c, (i / $1::bigint)::int as k
          from generate_series(0, $1::bigint * ${each} - 1) i
        union all
          select $1::bigint * ${each} + i, $1::bigint + 1 + ${into === "addresses" ? "i" : "0"}, (i % 10)::int
          from generate_series(0, ${each * heavyTimes} - 1) i) n (i, c, k)`,
        [customers],
      );
    }
    // Each order has three or four lines, each ticket two or three messages, beside each other.
    await client.query(
      `insert into order_lines select o.id, n, 'lamp' from orders o, generate_series(1, 3 + (o.id % 2)::int) n`,
    );
    await client.query(
      `insert into ticket_messages select row_number() over (), t.id, 'please help'
      from tickets t, generate_series(1, 2 + (t.id % 2)::int)`,
    );
    await client.query(
      `insert into customer_addresses select least(a.id, $1::bigint), a.id, 'home' from addresses a`,
      [heavy],
    );
    // A folder that somebody owns, and three below it, one in the other.
    await client.query(
      `insert into folders select i, case when i % 4 = 0 then least(1 + i / 4, $1::bigint) end,
        case when i % 4 > 0 then i - 1 end, 'folder'
      from generate_series(0, ($1::bigint - 1 + ${heavyTimes}) * 4 - 1) i`,
      [heavy],
    );
    await client.query(keysAndIndexes);
    await client.query("vacuum analyze");
    await client.query("checkpoint");
  } finally {
    await client.query("reset all");
    client.release();
  }
  return customers;
};
