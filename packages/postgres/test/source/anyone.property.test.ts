import { orThrow } from "@subject-rights/core";
import fc from "fast-check";
import { afterAll, beforeAll, expect, inject, it } from "vitest";
import { postgresDataSource } from "../../src/index.ts";
import { createDatabase, type TestDatabase } from "../support/database.ts";
import { anyShop, fill, linksOf, people, type Shop } from "./any-shop.ts";
import { callFor, pagesOf, personOf } from "./people.ts";
import { shopMap, shopSchema } from "./shop.ts";

let database: TestDatabase;
beforeAll(async () => {
  database = await createDatabase();
  await database.pool.query(shopSchema);
});
afterAll(() => database.drop());

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
    const { rows } = await database.pool.query<{ count: number }>(
      `select count(*)::int as count from ${table}`,
    );
    counted.push([title, rows[0]?.count ?? -1]);
  }
  return Object.fromEntries(counted);
};

it("finds, hands out and erases what is a person's, and nothing else, whatever points at what", async () => {
  const source = postgresDataSource({ client: database.pool, dataMap: shopMap });
  await fc.assert(
    fc.asyncProperty(anyShop, fc.integer({ min: 0, max: 2 }), async (shop, person) => {
      await fill(database.pool, shop);
      const subject = personOf(`${people[person]}@example.org`);
      const { exportedAddresses, ...expected } = belongings(shop, person);
      const located = orThrow((await source.locate?.(subject, callFor())) ?? (await Promise.reject()));
      const counted = (title: string, isKept: boolean) =>
        located
          .filter(({ collection, becomes }) => collection === title && (becomes === "kept") === isKept)
          .reduce((sum, { count }) => sum + count, 0);
      for (const [title, count] of Object.entries(expected)) {
        expect([title, counted(title, false)]).toEqual([title, count]);
        // What is somebody else's too is counted apart, and stays.
        const shared = title === "Addresses" ? exportedAddresses - count : 0;
        expect([title, counted(title, true)]).toEqual([title, shared]);
      }

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
    { numRuns: inject("isThorough") ? 60 : 4 },
  );
}, 120_000);
