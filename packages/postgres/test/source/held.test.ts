import { type CollectionOutcome, orThrow, subjectOf } from "@subject-rights/core";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { type DataMap, type Erasure, postgresDataSource, type TableMap } from "../../src/index.ts";
import { createDatabase, type TestDatabase } from "../support/database.ts";
import { callFor } from "./people.ts";

let database: TestDatabase;
beforeAll(async () => {
  database = await createDatabase();
});
afterAll(() => database.drop());

const unable = (): never => {
  throw new Error("the source cannot");
};
const table = (name: string, belongs: TableMap["belongs"], part: Partial<TableMap> = {}): TableMap => ({
  table: name,
  title: name,
  category: "customer-data",
  belongs,
  columns: {},
  erasure: tenYears,
  ...part,
});
const retained = (years: number): Erasure => ({
  retain: { reason: "§ 147 AO", until: { column: "at", years, endOfYear: true } },
});
const tenYears = retained(10);
const customers = table(
  "customers",
  [
    { column: "email", identifier: "email" },
    { column: "id", identifier: "customer-number" },
  ],
  { columns: { email: { anonymise: "null" } }, erasure: "anonymise" },
);
const mapOf = (...tables: TableMap[]): DataMap => ({
  tenant: { only: "tenant-one" },
  tables: [customers, ...tables],
});
const make = async (schema: string): Promise<void> => {
  await database.pool.query(`drop schema public cascade; create schema public;
    create table customers (id int primary key, email text);
    insert into customers values (1, 'ann@x.org'), (2, 'bob@x.org'); ${schema}`);
};
const sourceOn = (day: string, dataMap: DataMap) =>
  postgresDataSource({
    client: database.pool,
    dataMap,
    clock: { now: () => new Date(`${day}T12:00:00.000Z`) },
  });
const ann = subjectOf([
  { type: "email", value: "ann@x.org" },
  { type: "customer-number", value: "1" },
]);
const told = (outcomes: readonly CollectionOutcome[]) =>
  outcomes.map((each) =>
    [
      each.collection,
      each.outcome,
      ...("count" in each ? [each.count] : []),
      ...("until" in each ? [each.until] : []),
    ].join(" "),
  );
type Ability = "erase" | "eraseMany";

/** What is planned is what becomes of it, of one person as of several in one go. */
const eraseBy = async (ability: Ability, day: string, dataMap: DataMap) => {
  const source = sourceOn(day, dataMap);
  expect(orThrow(await source.check())).toEqual([]);
  const { identifiers } = ann;
  const plan = orThrow(
    await source.plan({ tenant: "tenant-one", category: "customer-data", identifiers }),
  ).collections.flatMap(({ outcomes }) => told(outcomes));
  const outcomes =
    ability === "erase"
      ? orThrow((await source.erase?.(ann, callFor())) ?? unable())
      : orThrow((await source.eraseMany?.([ann], callFor())) ?? unable()).flat();
  expect(told(outcomes)).toEqual(plan);
  const remaining = orThrow((await source.remaining?.(ann, callFor())) ?? unable());
  const staying = outcomes.reduce((sum, each) => (each.outcome === "retained" ? sum + each.count : sum), 0);
  expect(remaining.reduce((sum, { count }) => sum + count, 0)).toBe(staying);
  return told(outcomes).filter((each) => !each.startsWith("customers"));
};
const idsIn = async (name: string): Promise<unknown[]> =>
  (await database.pool.query(`select id from ${name} order by id`)).rows.map(({ id }) => id);

const invoices = table("invoices", { references: "customers" });
const payments = table("payments", { references: "invoices", on: { invoice_id: "id" } });
const billing = (action: string, more = "") => `
  create table invoices (id int primary key, customer_id int not null references customers, at date not null);
  create table payments (id int primary key, invoice_id int ${action}, at date not null ${more});
  insert into invoices values (1, 1, '2015-12-20'), (2, 1, '2015-11-20'), (3, 2, '2015-12-20');
  insert into payments (id, invoice_id, at) values (1, 1, '2016-01-04'), (2, 2, '2015-11-21'), (3, 3, '2016-01-04');`;

const abilities: Ability[] = ["erase", "eraseMany"];

describe.each(abilities)("rows that the law keeps, each from a date of its own, by %s,", (ability) => {
  const erase = (day: string, dataMap: DataMap) => eraseBy(ability, day, dataMap);

  it.each([
    "references invoices",
    "references invoices deferrable initially deferred",
    "references invoices on delete restrict",
    "references invoices on delete cascade",
    // Nobody would find the payment again.
    "references invoices on delete set null",
    "",
  ])("stay as long as what points at them, and are told with the later day: %s", async (action) => {
    await make(billing(action));
    const dataMap = mapOf(invoices, payments);
    expect(await erase("2026-06-01", dataMap)).toEqual([
      "invoices erased 1",
      "invoices retained 1 2026-12-31",
      "payments erased 1",
      "payments retained 1 2026-12-31",
    ]);
    expect([await idsIn("invoices"), await idsIn("payments")]).toEqual([
      [1, 3],
      [1, 3],
    ]);
    const { rows } = await database.pool.query("select email from customers order by id");
    expect(rows).toEqual([{ email: null }, { email: "bob@x.org" }]);
    expect(await erase("2027-01-01", dataMap)).toEqual(["invoices erased 1", "payments erased 1"]);
    expect([await idsIn("invoices"), await idsIn("payments")]).toEqual([[3], [3]]);
  });

  it("do not stay for what is found without them, and lets them go", async () => {
    await make(
      `${billing("references invoices on delete set null", ", customer_id int references customers")}
      update payments set customer_id = case when id = 3 then 2 else 1 end`,
    );
    const found = { ...payments, belongs: [payments.belongs, { references: "customers" }].flat() };
    expect(await erase("2026-06-01", mapOf(invoices, { ...found, kept: {} }))).toEqual([
      "invoices erased 2",
      "payments erased 1",
      "payments retained 1 2026-12-31",
    ]);
    expect(await idsIn("payments")).toEqual([1, 3]);
  });

  it("stay with what they share, and what they share with them", async () => {
    const schema = `
      create table addresses (id int primary key, at date not null);
      create table orders (id int primary key, customer_id int not null references customers,
        address_id int references addresses, at date not null);
      insert into addresses values (1, '2014-01-01'), (2, '2017-01-01'), (3, '2014-01-01');
      insert into orders values (1, 1, 1, '2016-05-05'), (2, 1, 2, '2014-05-05'), (3, 2, 3, '2016-05-05')`;
    const orders = table("orders", { references: "customers" });
    const addresses = table("addresses", { referencedBy: "orders", on: { id: "address_id" } }, { kept: {} });
    await make(schema);
    expect(await erase("2026-06-01", mapOf(orders, addresses))).toEqual([
      "orders retained 1 2026-12-31",
      "orders retained 1 2027-12-31",
      "addresses retained 1 2026-12-31",
      "addresses retained 1 2027-12-31",
    ]);
    expect(await erase("2027-06-01", mapOf(orders, addresses))).toEqual([
      "orders erased 1",
      "orders retained 1 2027-12-31",
      "addresses erased 1",
      "addresses retained 1 2027-12-31",
    ]);
    expect([await idsIn("orders"), await idsIn("addresses")]).toEqual([
      [2, 3],
      [2, 3],
    ]);
    expect(await erase("2028-06-01", mapOf(orders, addresses))).toEqual([
      "orders erased 1",
      "addresses erased 1",
    ]);
  });

  it("stay all as long as those that point at them, step by step, whatever the tables", async () => {
    const years = fc.integer({ min: 2010, max: 2020 });
    const entries = fc.array(fc.tuple(years, fc.nat(), fc.nat(), fc.boolean()), { maxLength: 12 });
    const dataMap = mapOf(
      table("notes", [{ references: "customers" }, { references: "notes", on: { answers: "id" } }], {
        kept: "never",
      }),
      table("receipts", { references: "notes" }, { erasure: retained(9) }),
    );
    await fc.assert(
      fc.asyncProperty(
        entries,
        entries,
        fc.integer({ min: 2020, max: 2031 }),
        async (notes, receipts, year) => {
          await make(`create table notes (id int primary key, customer_id int references customers,
            answers int references notes, at date not null);
          create table receipts (note_id int not null references notes, at date not null)`);
          const until = notes.map(([at]) => at + 10);
          const made = notes.map(([at, to], index) => {
            const answers = index === 0 || to % 3 === 0 ? null : (to % index) + 1;
            return `insert into notes values (${index + 1}, 1, ${answers}, '${at}-05-05');`;
          });
          const of = receipts.flatMap(([at, to]) =>
            notes.length === 0 ? [] : [{ at, note: to % notes.length }],
          );
          for (const { at, note } of of) {
            made.push(`insert into receipts values (${note + 1}, '${at}-05-05');`);
            until[note] = Math.max(until[note] ?? 0, at + 9);
          }
          await database.pool.query(made.join("\n"));
          // What answers comes later: from the last to the first.
          for (const [index, [, to]] of [...notes.entries()].reverse()) {
            if (index === 0 || to % 3 === 0) continue;
            until[to % index] = Math.max(until[to % index] ?? 0, until[index] ?? 0);
          }
          await erase(`${year}-06-01`, dataMap);
          expect(await idsIn("notes")).toEqual(
            until.flatMap((each, index) => (each >= year ? [index + 1] : [])),
          );
          const { rows } = await database.pool.query("select count(*)::int as count from receipts");
          expect(rows).toEqual([{ count: of.filter(({ at }) => at + 9 >= year).length }]);
        },
      ),
      { numRuns: inject("isThorough") ? 50 : 3 },
    );
  });
});
