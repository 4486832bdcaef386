import { type CollectionOutcome, type Identifier, orThrow, subjectOf } from "@subject-rights/core";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { coverage, type DataMap, postgresDataSource, type TableMap } from "../../src/index.ts";
import { createDatabase, type TestDatabase } from "../support/database.ts";
import { callFor } from "./people.ts";

let database: TestDatabase;
beforeAll(async () => {
  database = await createDatabase();
});
afterAll(() => database.drop());

/** Pairs of two, each of whom shares an address: 0 and 1, 2 and 3, and so on. */
const pairs = 8;
beforeEach(async () => {
  await database.pool.query(`drop schema public cascade; create schema public;
    create table users (id int primary key, email text);
    create table addresses (id int primary key, street text);
    create table user_addresses (
      user_id int references users, address_id int references addresses, primary key (user_id, address_id)
    );
    insert into users select i, 'user' || i || '@x.org' from generate_series(0, ${2 * pairs - 1}) i;
    insert into addresses select i, 'street ' || i from generate_series(0, ${pairs - 1}) i;
    insert into user_addresses select i, i / 2 from generate_series(0, ${2 * pairs - 1}) i`);
});

const table = (name: string, part: Pick<TableMap, "belongs"> & Partial<TableMap>): TableMap => ({
  table: name,
  title: name,
  category: "customer-data",
  columns: {},
  erasure: "delete",
  ...part,
});
const mapOf = (users: Partial<TableMap>, addresses: Partial<TableMap> = {}): DataMap => ({
  tenant: { only: "tenant-one" },
  tables: [
    table("users", { belongs: { column: "email", identifier: "email" }, ...users }),
    table("user_addresses", { belongs: { references: "users" } }),
    table("addresses", { belongs: { referencedBy: "user_addresses" }, ...addresses }),
  ],
});
const email = (index: number): Identifier => ({ type: "email", value: `user${index}@x.org` });
const counted = async (name: string) =>
  (await database.pool.query<{ count: number }>(`select count(*)::int as count from ${name}`)).rows[0]?.count;
const ofAddresses = (outcomes: readonly CollectionOutcome[]) =>
  outcomes.flatMap((each) => (each.collection === "addresses" ? each.outcome : []));
const unable = (): never => {
  throw new Error("the source cannot");
};

describe("two people who share a row and are erased at the same moment", () => {
  it.each([
    ["deleted", {}],
    [
      "deleted after a function of the application was asked",
      { kept: { anonymise: { street: { function: (value: string) => value } } } },
    ],
  ] as const)("do not each leave it to the other: it is %s", async (_, addresses) => {
    const source = postgresDataSource({ client: database.pool, dataMap: mapOf({}, addresses) });
    expect(orThrow(await source.check())).toEqual([]);
    const erased = await Promise.all(
      Array.from({ length: 2 * pairs }, async (__, index) =>
        orThrow((await source.erase?.(subjectOf([email(index)]), callFor())) ?? unable()),
      ),
    );
    expect(erased.flatMap(ofAddresses).toSorted()).toEqual([
      ...Array.from({ length: pairs }, () => "erased"),
      ...Array.from({ length: pairs }, () => "kept"),
    ]);
    expect([await counted("users"), await counted("addresses")]).toEqual([0, 0]);
  });

  it("in batches, and over several pools, as several processes have them", async () => {
    const evens = Array.from({ length: pairs }, (_, index) => 2 * index);
    const batches = [evens, evens.map((index) => index + 1)];
    const sources = batches.map(() => postgresDataSource({ client: database.another(), dataMap: mapOf({}) }));
    for (const source of sources) expect(orThrow(await source.check())).toEqual([]);
    const outcomes = await Promise.all(
      batches.map(async (batch, index) => {
        const source = sources[index] ?? unable();
        const people = batch.map((each) => subjectOf([email(each)]));
        return orThrow((await source.eraseMany?.(people, callFor())) ?? unable()).flatMap(ofAddresses);
      }),
    );
    expect(outcomes.map((each) => [...new Set(each)]).toSorted()).toEqual([["erased"], ["kept"]]);
    expect(await counted("addresses")).toBe(0);
  });

  it("where nobody is deleted, and the shared row is made anonymous with the last of them", async () => {
    await database.pool.query("alter table user_addresses drop constraint user_addresses_user_id_fkey");
    const dataMap = mapOf(
      { erasure: "anonymise", columns: { email: { anonymise: "null" } } },
      { erasure: "anonymise", columns: { street: { anonymise: "null" } } },
    );
    const [users = unable(), links = unable(), addresses = unable()] = dataMap.tables;
    const staying: DataMap = {
      ...dataMap,
      tables: [
        users,
        {
          ...links,
          belongs: { references: "users", on: { user_id: "id" } },
          erasure: "anonymise",
          columns: { note: { anonymise: "null" } },
        },
        addresses,
      ],
    };
    await database.pool.query("alter table user_addresses add column note text");
    const source = postgresDataSource({ client: database.pool, dataMap: staying });
    expect(orThrow(await source.check())).toEqual([]);
    await Promise.all(
      Array.from({ length: 2 * pairs }, async (_, index) =>
        orThrow((await source.erase?.(subjectOf([email(index)]), callFor())) ?? unable()),
      ),
    );
    expect(await counted("addresses where street is not null")).toBe(0);
  });
});

describe("a shared row that nobody points at any more", () => {
  const gapsOf = async (dataMap: DataMap) =>
    orThrow(await coverage(database.pool, dataMap)).gaps.flatMap(({ code, table: name, column }) =>
      code === "orphaned-rows" ? [`${name}.${column}`] : [],
    );

  it("is named by coverage", async () => {
    expect(await gapsOf(mapOf({}))).toEqual([]);
    await database.pool.query("delete from user_addresses where address_id = 3");
    expect(await gapsOf(mapOf({}))).toEqual(["public.addresses.id"]);
  });

  it("is not, where something else says whose it is, or the map has made it anonymous", async () => {
    await database.pool.query(`alter table addresses add owner text; alter table addresses add user_id int references users;
      update addresses set owner = 'user9@x.org' where id = 3; update addresses set user_id = 9 where id = 4;
      update addresses set street = null where id = 5; delete from user_addresses where address_id in (3, 4, 5)`);
    const belongs = [
      { referencedBy: "user_addresses" },
      { references: "users" },
      { column: "owner", identifier: "email", identifies: false },
    ] as const;
    const erasure = "anonymise";
    const columns = { street: { anonymise: "null" } } as const;
    expect(await gapsOf(mapOf({}, { belongs, erasure, columns }))).toEqual([]);
    await database.pool.query("update addresses set street = 'again' where id = 5");
    expect(await gapsOf(mapOf({}, { belongs, erasure, columns }))).toEqual(["public.addresses.id"]);
  });

  it("is named where whoever points at it has been made anonymous", async () => {
    await database.pool.query("update users set email = null where id in (6, 7)");
    expect(await gapsOf(mapOf({ erasure: "anonymise", columns: { email: { anonymise: "null" } } }))).toEqual([
      "public.addresses.id",
    ]);
  });
});
