import { PGlite } from "@electric-sql/pglite";
import { orThrow } from "@subject-rights/core";
import fc from "fast-check";
import { afterAll, beforeAll, expect, it } from "vitest";
import { postgresDataSource } from "../../src/index.ts";
import { callFor, pagesOf, personOf } from "./people.ts";
import { shopMap, shopSchema } from "./shop.ts";

let pglite: PGlite;

beforeAll(async () => {
  pglite = await PGlite.create();
  await pglite.exec(shopSchema);
});
afterAll(() => pglite.close());

/** Rows by their number, from 1, pointing at each other by number; a number that is too high points nowhere. */
const pointer = fc.integer({ min: 1, max: 5 });
const anyShop = fc.record({
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
type Shop = typeof anyShop extends fc.Arbitrary<infer Value> ? Value : never;

const people = ["ada", "bea", "cyd"] as const;
const values = (rows: readonly (readonly unknown[])[]): string =>
  rows
    .map((row) => `(${row.map((value) => (value === null ? "null" : `'${String(value)}'`)).join(", ")})`)
    .join(", ");

const fill = async ({ customers, links, orders, folders, comments }: Shop): Promise<void> => {
  const has = (list: readonly unknown[], number: number | null) =>
    number !== null && number <= list.length ? number : null;
  const insert = async (into: string, rows: readonly (readonly unknown[])[]) => {
    if (rows.length > 0) await pglite.exec(`insert into ${into} values ${values(rows)}`);
  };
  await pglite.exec(`truncate customers, addresses, orders, "Shop ""2"""."Order Lines", folders, comments, payments,
    customer_addresses, visits restart identity cascade`);
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
  await pglite.exec(`update orders set first_line = 1 where exists
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
    await pglite.query("update folders set parent = $1 where id = $2", [has(folders, parent), index + 1]);
  }
  for (const [index, { replyTo }] of comments.entries()) {
    await pglite.query("update comments set reply_to = $1 where id = $2", [
      has(comments, replyTo),
      index + 1,
    ]);
  }
};

const linksOf = ({ customers, links }: Pick<Shop, "customers" | "links">) =>
  links.filter(([customer]) => customer <= customers.length);

/** What is a person's, by looking at the numbers alone. */
const belongings = (shop: Shop, person: number) => {
  const mine = new Set(
    shop.customers.flatMap((each, index) => (each.person === person && each.isHere ? [index + 1] : [])),
  );
  const isMine = (number: number | null) => number !== null && mine.has(number);
  const links = linksOf(shop);
  const addresses = new Set(links.filter(([customer]) => isMine(customer)).map(([, address]) => address));
  const shared = [...addresses].filter((address) =>
    links.some(([customer, other]) => other === address && !isMine(customer)),
  );
  const placed = shop.orders.filter(({ customer }) => customer <= shop.customers.length);
  const folders = new Set(shop.folders.flatMap(({ owner }, index) => (isMine(owner) ? [index + 1] : [])));
  for (let before = -1; before !== folders.size; ) {
    before = folders.size;
    for (const [index, { parent }] of shop.folders.entries())
      if (parent !== null && folders.has(parent)) folders.add(index + 1);
  }
  return {
    Customers: mine.size,
    Addresses: addresses.size - shared.length,
    "Address book": links.filter(([customer]) => isMine(customer)).length,
    Orders: placed.filter(({ customer }) => isMine(customer)).length,
    "Order lines": placed
      .filter(({ customer }) => isMine(customer))
      .reduce((sum, { lines }) => sum + lines, 0),
    Payments: 0,
    Folders: folders.size,
    Comments: shop.comments.filter(({ author }) => isMine(author)).length,
    Visits: 0,
    exportedAddresses: addresses.size,
  };
};

const countAll = async (): Promise<Readonly<Record<string, number>>> => {
  const tables = {
    Addresses: "addresses",
    "Address book": "customer_addresses",
    Orders: "orders",
    "Order lines": `"Shop ""2"""."Order Lines"`,
    Folders: "folders",
    Comments: "comments",
  };
  const counted: [string, number][] = [];
  for (const [title, table] of Object.entries(tables)) {
    const { rows } = await pglite.query<{ count: number }>(`select count(*)::int as count from ${table}`);
    counted.push([title, rows[0]?.count ?? -1]);
  }
  return Object.fromEntries(counted);
};

it("finds, hands out and erases what is a person's, and nothing else, whatever points at what", async () => {
  const source = postgresDataSource({ client: pglite, dataMap: shopMap });
  await fc.assert(
    fc.asyncProperty(anyShop, fc.integer({ min: 0, max: 2 }), async (shop, person) => {
      await fill(shop);
      const subject = personOf(`${people[person]}@example.org`);
      const { exportedAddresses, ...expected } = belongings(shop, person);
      const located = orThrow((await source.locate?.(subject, callFor())) ?? (await Promise.reject()));
      expect(Object.fromEntries(located.map(({ collection, count }) => [collection, count]))).toEqual(
        expected,
      );

      const pages = await pagesOf(source, subject);
      const exported = (title: string) =>
        pages
          .filter(({ collection }) => collection === title)
          .reduce((sum, { rows }) => sum + rows.length, 0);
      for (const [title, count] of Object.entries(expected)) {
        expect([title, exported(title)]).toEqual([title, title === "Addresses" ? exportedAddresses : count]);
      }

      const before = await countAll();
      orThrow((await source.erase?.(subject, callFor())) ?? (await Promise.reject()));
      const after = await countAll();
      for (const [title, count] of Object.entries(before)) {
        expect([title, after[title]]).toEqual([
          title,
          count - (expected[title as keyof typeof expected] ?? 0),
        ]);
      }
      const left = orThrow((await source.locate?.(subject, callFor())) ?? (await Promise.reject()));
      expect(left.filter(({ count }) => count > 0)).toEqual([]);
    }),
    { numRuns: 100 },
  );
}, 120_000);
