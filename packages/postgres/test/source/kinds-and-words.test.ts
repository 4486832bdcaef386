import { orThrow } from "@subject-rights/core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { coverage, type DataMap, postgresDataSource, type TableMap } from "../../src/index.ts";
import { createDatabase, type TestDatabase } from "../support/database.ts";

let database: TestDatabase;
beforeAll(async () => {
  database = await createDatabase();
  await database.pool.query(`create schema sales; create table sales.leads (id int primary key, email text);
    create table users (id int primary key, email text, kind text generated always as ('User') stored);
    create table comments (id int primary key, subject_type text, subject_id int, body text);
    create table notes (id int primary key, "ownerId" int references users, "ownerType" text)`);
});
afterAll(() => database.drop());

const table = (name: TableMap["table"], belongs: TableMap["belongs"]): TableMap => ({
  table: name,
  title: typeof name === "string" ? name : name.name,
  category: "customer-data",
  belongs,
  columns: {},
  erasure: "delete",
});
const users = table("users", [
  { column: "email", identifier: "email" },
  { column: "id", identifier: "user-id" },
]);
const mapOf = (...tables: TableMap[]): DataMap => ({ tenant: { only: "t" }, tables });

describe("a column by which rows belong, beside one that may say what kind of row is meant", () => {
  const kindsIn = async (dataMap: DataMap) =>
    orThrow(await coverage(database.pool, dataMap)).gaps.flatMap(({ code, table: name, column }) =>
      code === "kind-left-out" ? [[name, column]] : [],
    );

  it.each([
    ["a reference", { references: "users", on: { subject_id: "id" } }, true],
    ["an identifier", { column: "subject_id", identifier: "user-id" }, true],
    [
      "a reference that says it",
      { references: "users", on: { subject_id: "id", subject_type: "kind" } },
      false,
    ],
  ] as const)("is asked about: %s", async (_, belongs, isAsked) => {
    const expected = isAsked ? [["public.comments", "subject_id"]] : [];
    expect(await kindsIn(mapOf(users, table("comments", belongs)))).toEqual(expected);
  });

  it("is not where a foreign key says what it points at, or the map waives it", async () => {
    expect(await kindsIn(mapOf(users, table("notes", { references: "users" })))).toEqual([]);
    const comments = table("comments", { references: "users", on: { subject_id: "id" } });
    const waivers = [{ table: "comments", column: "subject_id", reason: "All are on users" }];
    expect(await kindsIn({ ...mapOf(users, comments), waivers })).toEqual([]);
  });
});

describe("a data map that is written wrongly is told what to write instead", () => {
  it.each([
    ["public.users", 'Write "users"'],
    ['"users"', 'Write "users"'],
    ["sales.leads", 'Write { schema: "sales", name: "leads" }'],
    ["Users", "letter case"],
  ])("the table %s", async (name, expected) => {
    const byEmail = { column: "email", identifier: "email" };
    const source = postgresDataSource({ client: database.pool, dataMap: mapOf(table(name, byEmail)) });
    expect(orThrow(await source.check())).toMatchObject([
      { code: "unknown-table", message: expect.stringContaining(expected) },
    ]);
  });

  it("what is neither of several shapes", () => {
    const wrong = { ...mapOf(users), tables: [{ ...users, belongs: "email" }] } as unknown as DataMap;
    expect(() => postgresDataSource({ client: database.pool, dataMap: wrong })).toThrow(
      "tables[0].belongs: has to be an object, or an array",
    );
  });
});
