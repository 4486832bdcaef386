import { type CollectionOutcome, orThrow, subjectOf } from "@subject-rights/core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type DataMap, type PostgresDataSource, postgresDataSource } from "../../src/index.ts";
import { createDatabase, type TestDatabase } from "../support/database.ts";
import { callFor } from "./people.ts";

let database: TestDatabase;
beforeAll(async () => {
  database = await createDatabase();
});
afterAll(() => database.drop());

const mapOf = (column: string): DataMap => ({
  tenant: { only: "tenant-one" },
  tables: [
    {
      table: "invoices",
      title: "invoices",
      category: "customer-data",
      belongs: { column: "email", identifier: "email" },
      columns: {},
      erasure: { retain: { reason: "§ 147 AO", until: { column, years: 10, endOfYear: true } } },
    },
  ],
});
const bob = subjectOf([{ type: "email", value: "bob@x.org" }]);
const unable = (): never => {
  throw new Error("the source cannot");
};
const untilOf = (outcomes: readonly CollectionOutcome[]) =>
  outcomes.map((each) => ("until" in each ? each.until : each.outcome));

/** When it was paid, where, what time it is, and what becomes of it there. */
const cases = [
  ["Europe/Berlin", "2024-01-01T00:30:00+01:00", "2026-06-01T10:00:00Z", "2034-12-31"],
  ["UTC", "2024-01-01T00:30:00+01:00", "2026-06-01T10:00:00Z", "2033-12-31"],
  // Six in the evening of the last day.
  ["America/Los_Angeles", "2024-05-01T12:00:00-08:00", "2035-01-01T02:00:00Z", "2034-12-31"],
  ["America/Los_Angeles", "2024-05-01T12:00:00-08:00", "2035-01-01T08:00:00Z", "erased"],
  ["Pacific/Auckland", "2024-05-01T12:00:00Z", "2034-12-31T12:00:00Z", "erased"],
] as const;

describe.each(["Asia/Tokyo", "UTC"])("over a session of the time zone %s", (session) => {
  let [source, byDay]: PostgresDataSource[] = [];
  let today = "";
  beforeAll(async () => {
    await database.pool.query(`drop table if exists invoices;
      create table invoices (id int primary key, email text, paid_at timestamptz not null, paid_on date not null)`);
    const client = database.another({ options: `-c TimeZone=${session}` });
    const clock = { now: () => new Date(today) };
    [source, byDay] = ["paid_at", "paid_on"].map((column) =>
      postgresDataSource({ client, dataMap: mapOf(column), clock }),
    );
  });

  it.each(cases)("in %s, paid %s, at %s: %s", async (timeZone, paid, now, becomes) => {
    if (source === undefined || byDay === undefined) return unable();
    today = now;
    await database.pool.query("delete from invoices");
    await database.pool.query("insert into invoices values (1, 'bob@x.org', $1, '2024-06-01')", [paid]);
    const identifiers = bob.identifiers;
    const person = { tenant: "tenant-one", category: "customer-data", identifiers, timeZone } as const;
    const plan = orThrow(await source.plan(person));
    expect(plan.collections.flatMap(({ outcomes }) => untilOf(outcomes))).toEqual([becomes]);
    const call = { ...callFor(), timeZone };
    const together = orThrow((await source.eraseMany?.([bob], call)) ?? unable());
    expect(together.map(untilOf)).toEqual([[becomes]]);
    const left = becomes === "erased" ? "absent" : becomes;
    expect(untilOf(orThrow((await source.erase?.(bob, call)) ?? unable()))).toEqual([left]);
    // A day is one everywhere.
    if (left !== "absent") {
      expect(untilOf(orThrow((await byDay.erase?.(bob, call)) ?? unable()))).toEqual(["2034-12-31"]);
    }
  });
});

/** What a date or a moment holds that has no end, or no beginning, and until when it is kept. */
const ends = [
  ["9995-05-05", "9999-12-31"],
  ["9999-12-31", "9999-12-31"],
  ["infinity", "9999-12-31"],
  ["290000-01-01", "9999-12-31"],
  ["2024-05-05", "2034-12-31"],
  ["0044-03-15 BC", "erased"],
  ["4713-12-01 BC", "erased"],
  ["-infinity", "erased"],
] as const;

it.each([
  ["paid_on", "date", "UTC"],
  ["paid_at", "timestamptz", "America/Los_Angeles"],
  ["paid_at", "timestamptz", "Pacific/Auckland"],
])(
  "what has no end is kept, and what has no beginning is gone: %s, a %s, in %s",
  async (column, type, timeZone) => {
    const { pool, another } = database;
    const clock = { now: () => new Date("2026-06-01T10:00:00Z") };
    await pool.query(`drop table if exists invoices;
    create table invoices (id int primary key, email text, ${column} ${type} not null)`);
    const client = another({ options: "-c TimeZone=UTC" });
    const source = postgresDataSource({ client, dataMap: mapOf(column), clock });
    const call = { ...callFor(), timeZone };
    for (const [from, becomes] of ends) {
      await pool.query("delete from invoices");
      await pool.query("insert into invoices values (1, 'bob@x.org', $1)", [from]);
      const outcomes = orThrow((await source.erase?.(bob, call)) ?? unable());
      expect([from, ...untilOf(outcomes)]).toEqual([from, becomes]);
    }
  },
);
