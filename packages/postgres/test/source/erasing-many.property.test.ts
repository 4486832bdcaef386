import { type CollectionCount, type CollectionOutcome, orThrow, subjectOf } from "@subject-rights/core";
import fc from "fast-check";
import { afterAll, beforeAll, expect, inject, it } from "vitest";
import { postgresDataSource } from "../../src/index.ts";
import { createDatabase, type TestDatabase } from "../support/database.ts";
import { anyShop, fill, people } from "./any-shop.ts";
import { callFor, personOf } from "./people.ts";
import { shopMap, shopSchema } from "./shop.ts";

let database: TestDatabase;
beforeAll(async () => {
  database = await createDatabase();
  await database.pool.query(shopSchema);
});
afterAll(() => database.drop());

const tables = [
  "customers",
  "addresses",
  "customer_addresses",
  "orders",
  `"Shop ""2"""."Order Lines"`,
  "payments",
  "folders",
  "comments",
  "visits",
];

/** Every row of every table; a hash is a hash, whatever its key was. */
const everything = async (): Promise<readonly string[]> => {
  const rows: string[] = [];
  for (const table of tables) {
    const found = await database.pool.query<{ row: string }>(
      `select to_json(t)::text as row from ${table} t order by t::text collate "C"`,
    );
    rows.push(...found.rows.map(({ row }) => row.replace(/anonymous-[0-9a-f]{32}/, "anonymous")));
  }
  return rows;
};

/** Payments that are kept and some whose date has come, and what is found by an address alone. */
const addMore = () =>
  database.pool.query(`
    update customers set name = email, born = '1990-12-10', created_at = '2026-01-01';
    insert into payments (customer_id, amount, iban, paid_on)
      select id, 1, 'GB33', d from customers, (values (date '2001-01-01'), ('2024-12-31'), ('2025-03-01')) v (d)
      order by id, d;
    insert into visits (tenant, email, at, page) select tenant, upper(email), '2026-01-01', 'lamps' from customers;`);

const tally = (outcomes: readonly CollectionOutcome[]) => {
  const counts = new Map<string, number>();
  for (const each of outcomes) {
    // What two of them share stays with the first, one after the other, and goes with both at once.
    if (each.outcome === "absent" || each.outcome === "kept") continue;
    const key = [each.collection, each.outcome, each.outcome === "retained" ? each.until : ""].join(" ");
    counts.set(key, (counts.get(key) ?? 0) + each.count);
  }
  return [...counts].sort(([one], [other]) => (one < other ? -1 : 1));
};

/** One person's counts say what becomes of the rows as well. */
const totals = (counts: readonly CollectionCount[]) => {
  const sums = new Map<string, number>();
  for (const { collection, count } of counts) sums.set(collection, (sums.get(collection) ?? 0) + count);
  return [...sums];
};

it("erases several at once as it erases one after the other, and says the same", async () => {
  const source = postgresDataSource({ client: database.pool, dataMap: shopMap });
  const whom = fc.uniqueArray(fc.integer({ min: 0, max: 2 }), { minLength: 1, maxLength: 3 });
  await fc.assert(
    fc.asyncProperty(anyShop, whom, async (shop, chosen) => {
      const subjects = chosen.map((person) => {
        const numbers = shop.customers.flatMap((each, index) =>
          each.person === person && each.isHere ? [index + 1] : [],
        );
        // Some are known by their number already.
        return personOf(`${people[person]}@example.org`, ...(person === 0 ? numbers : []));
      });
      await fill(database.pool, shop);
      await addMore();
      const one: CollectionOutcome[] = [];
      for (const subject of subjects) {
        one.push(...orThrow((await source.erase?.(subject, callFor())) ?? (await Promise.reject())));
      }
      const expected = await everything();

      await fill(database.pool, shop);
      await addMore();
      const many = orThrow((await source.eraseMany?.(subjects, callFor())) ?? (await Promise.reject()));
      expect(await everything()).toEqual(expected);
      expect(tally(many.flat())).toEqual(tally(one));

      const left = orThrow((await source.remainingMany?.(subjects, callFor())) ?? (await Promise.reject()));
      const again = orThrow((await source.eraseMany?.(subjects, callFor())) ?? (await Promise.reject()));
      expect(await everything()).toEqual(expected);
      expect(again.flat().filter(({ outcome }) => outcome === "erased" || outcome === "anonymised")).toEqual(
        [],
      );
      for (const [index, counts] of left.entries()) {
        const single = orThrow(
          (await source.locate?.(subjects[index] ?? subjectOf([]), callFor())) ?? (await Promise.reject()),
        );
        expect(totals(counts)).toEqual(totals(single));
      }
    }),
    { numRuns: inject("isThorough") ? 60 : 4 },
  );
}, 240_000);
