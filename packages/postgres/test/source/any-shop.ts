import fc from "fast-check";
import type pg from "pg";
import { emptyShop } from "./shop.ts";

/** Rows by their number, from 1, pointing at each other by number; a number that is too high points nowhere. */
const pointer = fc.integer({ min: 1, max: 5 });
export const anyShop = fc.record({
  customers: fc.array(fc.record({ person: fc.integer({ min: 0, max: 2 }), isHere: fc.boolean() }), {
    minLength: 1,
    maxLength: 5,
  }),
  links: fc.uniqueArray(fc.tuple(pointer, pointer), { maxLength: 8, selector: String }),
  orders: fc.array(fc.record({ customer: pointer, lines: fc.nat(2) }), { maxLength: 5 }),
  folders: fc.array(fc.record({ owner: fc.option(pointer), parent: fc.option(pointer) }), { maxLength: 5 }),
  comments: fc.array(fc.record({ author: fc.option(pointer), replyTo: fc.option(pointer) }), {
    maxLength: 5,
  }),
});
export type Shop = typeof anyShop extends fc.Arbitrary<infer Value> ? Value : never;

export const people = ["ada", "bea", "cyd"] as const;
const values = (rows: readonly (readonly unknown[])[]): string =>
  rows
    .map((row) => `(${row.map((value) => (value === null ? "null" : `'${String(value)}'`)).join(", ")})`)
    .join(", ");

/** Empties the shop, and fills it. */
export const fill = async (
  pool: pg.Pool,
  { customers, links, orders, folders, comments }: Shop,
): Promise<void> => {
  const has = (list: readonly unknown[], number: number | null) =>
    number !== null && number <= list.length ? number : null;
  const insert = async (into: string, rows: readonly (readonly unknown[])[]) => {
    if (rows.length > 0) await pool.query(`insert into ${into} values ${values(rows)}`);
  };
  await pool.query(emptyShop);
  await insert(
    "customers (tenant, email)",
    customers.map(({ person, isHere }) => [
      isHere ? "tenant-one" : "tenant-two",
      `${people[person]}@example.org`,
    ]),
  );
  await insert(
    "addresses (street)",
    [1, 2, 3, 4, 5].map((number) => [`street ${number}`]),
  );
  await insert("customer_addresses", linksOf({ customers, links }));
  const placed = orders.filter(({ customer }) => customer <= customers.length);
  await insert(
    "orders (customer_id)",
    placed.map(({ customer }) => [customer]),
  );
  await insert(
    `"Shop ""2"""."Order Lines"`,
    placed.flatMap(({ lines }, index) =>
      Array.from({ length: lines }, (_, line) => [index + 1, line + 1, "lamp"]),
    ),
  );
  await pool.query(`update orders set first_line = 1 where exists
    (select from "Shop ""2"""."Order Lines" l where l."order" = orders.id)`);
  await insert(
    "folders (owner)",
    folders.map(({ owner }) => [has(customers, owner)]),
  );
  await insert(
    "comments (author)",
    comments.map(({ author }) => [has(customers, author)]),
  );
  for (const [index, { parent }] of folders.entries()) {
    await pool.query("update folders set parent = $1 where id = $2", [has(folders, parent), index + 1]);
  }
  for (const [index, { replyTo }] of comments.entries()) {
    await pool.query("update comments set reply_to = $1 where id = $2", [has(comments, replyTo), index + 1]);
  }
};

export const linksOf = ({ customers, links }: Pick<Shop, "customers" | "links">) =>
  links.filter(([customer]) => customer <= customers.length);
