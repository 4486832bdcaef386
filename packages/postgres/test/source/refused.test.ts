import { type CollectionOutcome, orThrow, subjectOf } from "@subject-rights/core";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type DataMap, type PostgresDataSource, postgresDataSource } from "../../src/index.ts";
import { createDatabase, type TestDatabase } from "../support/database.ts";
import { callFor } from "./people.ts";

let database: TestDatabase;
beforeAll(async () => {
  database = await createDatabase();
});
afterAll(() => database.drop());

/** @param own the table with a trigger of this name */
const mapWith = (own: "users" | "logs"): DataMap => ({
  tenant: { only: "tenant-one" },
  tables: [
    {
      table: "users",
      title: "users",
      category: "customer-data",
      belongs: [
        { column: "email", identifier: "email" },
        { column: "id", identifier: "user-id" },
      ],
      columns: { email: { anonymise: "null" } },
      erasure: "anonymise",
      ...(own === "users" && { triggers: { own: "A part of this test" } }),
    },
    {
      table: "logs",
      title: "logs",
      category: "customer-data",
      belongs: { references: "users", on: { user_id: "id" } },
      columns: {},
      erasure: "delete",
      ...(own === "logs" && { triggers: { own: "A part of this test" } }),
    },
  ],
});

beforeEach(async () => {
  await database.pool.query(`drop schema public cascade; create schema public;
    create table users (id int primary key, email text);
    create table logs (id int primary key generated always as identity, user_id int not null, text text);
    insert into users values (1, 'ann@x.org'), (2, 'bob@x.org');
    insert into logs (user_id, text) values (1, 'ann@x.org'), (2, 'bob@x.org')`);
});

const sourceWith = (own: "users" | "logs") =>
  postgresDataSource({ client: database.pool, dataMap: mapWith(own) });
const unable = (): never => {
  throw new Error("the source cannot");
};
const ann = subjectOf([{ type: "email", value: "ann@x.org" }]);
const bob = subjectOf([{ type: "email", value: "bob@x.org" }]);
const rowsOf = async (text: string): Promise<unknown[]> => (await database.pool.query(text)).rows;

/** What becomes of one person, and of several in one go: a problem, or outcomes. */
const eraseBoth = async (source: PostgresDataSource) => {
  const one = (await source.erase?.(ann, callFor())) ?? unable();
  const several = (await source.eraseMany?.([ann], callFor())) ?? unable();
  const read = (outcomes: readonly CollectionOutcome[]) => outcomes.map(({ outcome }) => outcome);
  return [
    one.match(read, ({ problem, retryable }) => ({ problem, retryable })),
    several.match(
      ([each = []]) => read(each),
      ({ problem, retryable }) => ({ problem, retryable }),
    ),
  ];
};

const stillPresent = { problem: "still-present", retryable: true };

describe("what the database does by itself at an erasure", () => {
  it.each([
    ["at once", "create trigger own after update on users"],
    ["before", "create trigger own before update on users"],
    [
      "at the end of the transaction",
      "create constraint trigger own after update on users deferrable initially deferred",
    ],
  ])("and writes the person somewhere else, %s: they are still there", async (_, trigger) => {
    await database.pool.query(`create function own() returns trigger language plpgsql as $$
      begin insert into logs (user_id, text) values (old.id, old.email); return new; end $$;
      ${trigger} for each row execute function own()`);
    const source = sourceWith("users");
    expect(orThrow(await source.check())).toEqual([]);
    expect(await eraseBoth(source)).toEqual([stillPresent, stillPresent]);
    expect(await rowsOf("select email from users where id = 1")).toEqual([{ email: "ann@x.org" }]);
  });

  it("and computes anew, to be searched: it follows what is made anonymous", async () => {
    await database.pool.query(`alter table users add search tsvector; create trigger own before update on users
      for each row execute function tsvector_update_trigger(search, 'pg_catalog.simple', email); update users set id = id`);
    expect(await rowsOf("select from users where search = ''")).toEqual([]);
    const source = sourceWith("users");
    expect(orThrow(await source.check())).toEqual([]);
    expect((await source.erase?.(ann, callFor()))?.isOk()).toBe(true);
    expect(await rowsOf("select email, search from users where id = 1")).toEqual([
      { email: null, search: "" },
    ]);
  });

  it.each([
    ["a trigger that raises an error", "create trigger own before delete on logs", "raise exception 'no';"],
    [
      "a trigger that keeps a row, later",
      "create constraint trigger own after delete on logs deferrable initially deferred",
      "raise exception 'no';",
    ],
    [
      "a trigger that asks for a table that is not there",
      "create trigger own before delete on logs",
      "perform 1 from nowhere;",
    ],
    ["a trigger that divides by zero", "create trigger own before delete on logs", "perform 1 / 0;"],
    ["a trigger that keeps one row", "create trigger own before delete on logs", "return null;"],
  ])("and refuses: %s, of one person", async (_, trigger, body) => {
    await database.pool.query(`create function own() returns trigger language plpgsql as $$
      begin if old.user_id = 1 then ${body} end if; return old; end $$;
      ${trigger} for each row execute function own()`);
    const source = sourceWith("logs");
    expect(orThrow(await source.check())).toEqual([]);
    expect(await eraseBoth(source)).toEqual([stillPresent, stillPresent]);
    // Everybody else is erased.
    expect((await source.erase?.(bob, callFor()))?.isOk()).toBe(true);
    expect(await rowsOf("select user_id from logs")).toEqual([{ user_id: 1 }]);
  });
});
