import { identifiedSubject, orThrow } from "@subject-rights/core";
import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import { type DataMap, postgresDataSource } from "../../src/index.ts";
import { createDatabase, type TestDatabase } from "../support/database.ts";
import { callFor, pagesOf } from "./people.ts";

let database: TestDatabase;
beforeAll(async () => {
  database = await createDatabase();
});
afterAll(() => database.drop());
beforeEach(() =>
  database.pool.query(`drop schema public cascade; create schema public;
    create table users (id int primary key, email text);
    create table tickets (id int primary key, email text, user_id int references users);
    insert into users values (1, 'family@x.org'), (2, 'family@x.org');
    insert into tickets values (1, 'family@x.org', 1), (2, 'family@x.org', 2), (3, 'family@x.org', null)`),
);

const unable = (): never => {
  throw new Error("the source cannot");
};
const mapWith = (kept: "never" | { readonly reason: string }): DataMap => ({
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
      columns: { id: "exported" },
      erasure: "delete",
    },
    {
      table: "tickets",
      title: "tickets",
      category: "customer-data",
      belongs: [{ references: "users" }, { column: "email", identifier: "email", identifies: false }],
      columns: { id: "exported" },
      erasure: "delete",
      kept,
    },
  ],
  unlink: [{ table: "tickets", columns: ["user_id"], reason: "The ticket stays" }],
});

/** Of two users in one mailbox, the second was decided to be somebody else. */
const ann = identifiedSubject(
  [
    { type: "email", value: "family@x.org" },
    { type: "user-id", value: "1" },
  ],
  [{ type: "user-id", value: "2" }],
);

it("what is found by a shared address, and points at whom somebody decided to be another, is not handed out", async () => {
  const source = postgresDataSource({
    client: database.pool,
    dataMap: mapWith({ reason: "It may be of whoever shares the mailbox" }),
  });
  expect(orThrow(await source.check())).toEqual([]);
  const pages = await pagesOf(source, ann);
  expect(pages.flatMap(({ rows }) => rows)).toEqual([{ id: 1 }, { id: 1 }, { id: 3 }]);
});

it.each(["erase", "eraseMany"] as const)(
  "and stays, whatever the map says of rows of two people: %s",
  async (ability) => {
    const source = postgresDataSource({
      client: database.pool,
      dataMap: { ...mapWith("never"), unlink: [] },
    });
    expect(orThrow(await source.check())).toEqual([]);
    if (ability === "erase") orThrow((await source.erase?.(ann, callFor())) ?? unable());
    else orThrow((await source.eraseMany?.([ann], callFor())) ?? unable());
    const { rows } = await database.pool.query("select id from tickets");
    expect(rows).toEqual([{ id: 2 }]);
  },
);
