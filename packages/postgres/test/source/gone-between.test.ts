import { type FoundIdentifier, type Identifier, orThrow, subjectOf } from "@subject-rights/core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  type Belonging,
  coverage,
  type DataMap,
  postgresDataSource,
  type TableMap,
} from "../../src/index.ts";
import { createDatabase, type TestDatabase } from "../support/database.ts";
import { callFor, pagesOf } from "./people.ts";

let database: TestDatabase;
beforeAll(async () => {
  database = await createDatabase();
});
afterAll(() => database.drop());

const table = (name: string, belongs: Belonging | readonly Belonging[], columns: string[]): TableMap => ({
  table: name,
  title: name,
  category: "user-data",
  belongs,
  columns: Object.fromEntries(columns.map((column) => [column, "exported"])),
  erasure: "delete",
});
const users = (...columns: string[]): TableMap =>
  table(
    "users",
    [
      { column: "email", identifier: "email" },
      { column: "id", identifier: "user-id" },
    ],
    ["id", "email", ...columns],
  );
const unable = (): never => {
  throw new Error("the source cannot");
};

/** What becomes of the rows of a table, by their ids, where somebody is erased who is known by these. */
const erasing = async (
  schema: string,
  dataMap: DataMap,
  identifiers: readonly Identifier[],
  tenant = "t",
): Promise<{ planned: Record<string, number>; exported: Record<string, unknown[]>; left: unknown[] }> => {
  const subject = subjectOf(identifiers);
  const call = callFor(tenant, "user-data");
  const [, about = unable()] = dataMap.tables;
  const left: unknown[] = [];
  let planned = {};
  let exported = {};
  for (const many of [false, true]) {
    await database.pool.query(`drop schema public cascade; create schema public; ${schema}`);
    const source = postgresDataSource({ client: database.pool, dataMap });
    expect(orThrow(await source.check())).toEqual([]);
    const plan = orThrow(await source.plan({ tenant, category: "user-data", identifiers }));
    planned = Object.fromEntries(plan.collections.map(({ collection, rows }) => [collection, rows]));
    const pages = await pagesOf(source, subject, null, call);
    exported = Object.fromEntries(
      dataMap.tables.map(({ title }) => [
        title,
        pages
          .filter(({ collection }) => collection === title)
          .flatMap(({ rows }) => rows.map(({ id }) => id)),
      ]),
    );
    if (many) orThrow((await source.eraseMany?.([subject], call)) ?? unable());
    else orThrow((await source.erase?.(subject, call)) ?? unable());
    const { rows } = await database.pool.query<{ id: number }>(`select id from ${about.title} order by id`);
    left.push(rows.map(({ id }) => id));
  }
  expect(left[0]).toEqual(left[1]);
  return { planned, exported, left: left[0] as unknown[] };
};

const byNumber = (value: number): Identifier => ({ type: "user-id", value: String(value) });
const ada: Identifier = { type: "email", value: "ada@example.org" };

const loose = `create table users (id int primary key, email text);
  create table tracks (id int primary key, user_id int, note text); create index on tracks (user_id);
  insert into users values (2, 'bo@example.org'); insert into tracks values (1, 1, 'a'), (2, 1, 'b'), (3, 2, 'c');`;
const looseMap: DataMap = {
  tenant: { only: "t" },
  tables: [
    users(),
    table("tracks", { references: "users", on: { user_id: "id" } }, ["id", "user_id", "note"]),
  ],
};

describe("rows that point at a person whose row is gone", () => {
  it("are found by the value that they point with, where it is known", async () => {
    const found = await erasing(loose, looseMap, [ada, byNumber(1)]);
    expect(found).toEqual({
      planned: { users: 0, tracks: 2 },
      exported: { users: [], tracks: [1, 2] },
      left: [3],
    });
  });

  it("several tables away as well", async () => {
    const schema = `${loose} create table points (id int primary key, track int references tracks);
      insert into points values (1, 1), (2, 3);`;
    const points = table("points", { references: "tracks" }, ["id", "track"]);
    const [first = unable(), tracks = unable()] = looseMap.tables;
    const found = await erasing(schema, { ...looseMap, tables: [first, points, tracks] }, [byNumber(1)]);
    expect(found).toMatchObject({ planned: { tracks: 2, points: 1 }, left: [2] });
  });

  it("in a table that points at itself", async () => {
    const schema = `create table users (id int primary key, email text, manager int);
      insert into users values (2, null, 1), (3, null, 2), (4, null, 5);`;
    const belongs = [
      { column: "email", identifier: "email", identifies: false },
      { column: "id", identifier: "user-id", identifies: false },
      { references: "users", on: { manager: "id" } },
    ];
    const map: DataMap = {
      tenant: { only: "t" },
      tables: [
        { ...users("manager"), belongs, kept: "never" },
        table("notes", { references: "users" }, ["id", "about"]),
      ],
    };
    const notes = `${schema} create table notes (id int primary key, about int references users);
      insert into notes values (1, 2), (2, 3), (3, 4);`;
    const found = await erasing(notes, map, [byNumber(1)]);
    expect(found).toMatchObject({ planned: { users: 2, notes: 2 }, left: [3] });
  });

  it("by an address, however it is written", async () => {
    const schema = `create table users (id int primary key, email text);
      create table posts (id int primary key, author text);
      insert into posts values (1, 'Ada@Example.org'), (2, 'bo@example.org');`;
    const posts = table("posts", { references: "users", on: { author: "email" } }, ["id", "author"]);
    const found = await erasing(schema, { tenant: { only: "t" }, tables: [users(), posts] }, [ada]);
    expect(found).toMatchObject({ planned: { posts: 1 }, exported: { posts: [1] }, left: [2] });
  });

  it("in their own tenant, where rows or references say which that is", async () => {
    const schema = `create table users (id int, tenant text, email text, primary key (tenant, id));
      create table notes (id int primary key, tenant text, user_id int);
      insert into users values (1, 'other', 'eve@example.org');
      insert into notes values (1, 't', 1), (2, 'other', 1), (3, 't', 2);`;
    const notes = table("notes", { references: "users", on: { tenant: "tenant", user_id: "id" } }, [
      "id",
      "tenant",
      "user_id",
    ]);
    const map: DataMap = { tenant: { column: "tenant" }, tables: [users("tenant"), notes] };
    expect(await erasing(schema, map, [byNumber(1)])).toMatchObject({ planned: { notes: 1 }, left: [2, 3] });
    const nameless: DataMap = {
      ...map,
      tables: [
        users("tenant"),
        table("notes", { references: "users", on: { user_id: "id" } }, ["id", "user_id"]),
      ],
    };
    // Nothing says whose row 1 is: of another tenant, for all that is known.
    const unsaid = schema.replace("primary key, tenant text", "primary key, place text");
    expect(await erasing(unsaid, nameless, [byNumber(1)])).toMatchObject({
      planned: { notes: 0 },
      left: [1, 2, 3],
    });
  });

  it("not where something else than the value decides at whose row they point", async () => {
    const schema = `create table users (id int primary key, email text, kind text generated always as ('User') stored);
      create table files (id int primary key, record_id int, record_kind text);
      insert into files values (1, 1, 'User'), (2, 1, 'Page'), (3, 2, 'User');`;
    const files = table("files", { references: "users", on: { record_id: "id", record_kind: "kind" } }, [
      "id",
      "record_id",
      "record_kind",
    ]);
    const map: DataMap = { tenant: { only: "t" }, tables: [users(), files] };
    expect(await erasing(schema, map, [byNumber(1)])).toMatchObject({
      planned: { files: 0 },
      left: [1, 2, 3],
    });
  });

  it("are listed for a replay by what they point with", async () => {
    await database.pool.query(`drop schema public cascade; create schema public; ${loose}`);
    const source = postgresDataSource({ client: database.pool, dataMap: looseMap });
    const pages = source.identifiers?.(callFor("t", "user-data")) ?? unable();
    const people: (readonly FoundIdentifier[])[] = [];
    for (let page = orThrow(await pages.next()); page !== null; page = orThrow(await pages.next())) {
      people.push(...page.people);
    }
    expect(people).toEqual([
      [
        { type: "email", value: "bo@example.org" },
        { type: "user-id", value: "2" },
      ],
      [{ type: "user-id", value: "1" }],
      [{ type: "user-id", value: "1" }],
    ]);
  });

  it("are looked up by the index of the column that they point with", async () => {
    await database.pool.query(`drop schema public cascade; create schema public; ${loose}
      insert into tracks select i, i, 'x' from generate_series(4, 20000) i; analyze`);
    // One connection: what it has read is known of it alone before it says so.
    const pool = database.another({ max: 1 });
    const source = postgresDataSource({ client: pool, dataMap: looseMap });
    const plan = { tenant: "t", category: "user-data", identifiers: [ada, byNumber(1)] } as const;
    const wholeReads = async () => {
      await pool.query("select pg_stat_force_next_flush()");
      const { rows } = await pool.query<{ whole: string; found: string }>(
        `select seq_scan as whole, idx_tup_fetch as found from pg_stat_user_tables where relname = 'tracks'`,
      );
      return { whole: Number(rows[0]?.whole), found: Number(rows[0]?.found) };
    };
    orThrow(await source.plan(plan));
    const before = await wholeReads();
    for (const _ of [1, 2]) orThrow(await source.plan(plan));
    const after = await wholeReads();
    expect(after.whole).toBe(before.whole);
    expect(after.found).toBeGreaterThan(before.found);
    await pool.end();
  });
});

describe("coverage of rows that point at nobody", () => {
  const gapsOf = async (schema: string, dataMap: DataMap) => {
    await database.pool.query(`drop schema public cascade; create schema public; ${schema}`);
    const { gaps } = orThrow(await coverage(database.pool, dataMap));
    return gaps.map(({ code, table: where, column, message }) => ({ code, where, column, message }));
  };

  it("names the column, and how they are found", async () => {
    expect(await gapsOf(loose, looseMap)).toEqual([
      {
        code: "orphaned-rows",
        where: "public.tracks",
        column: "user_id",
        message:
          "Some of its rows point at a row of public.users that is not there. Only a request that names the user-id " +
          "itself finds them. Delete those rows, or waive it.",
      },
    ]);
  });

  it("is waived like others", async () => {
    const waivers = [{ table: "tracks", column: "user_id", reason: "They are cleared every night" }];
    expect(await gapsOf(loose, { ...looseMap, waivers })).toEqual([]);
  });

  it("says nothing of what an erasure has left to whoever shares it, and names what is nobody's", async () => {
    const schema = `create table users (id int primary key, email text, kind text generated always as ('User') stored);
      create table comments (id int primary key, author int references users on delete set null, subject_id int);
      insert into users values (1, 'ada@example.org'), (2, 'bob@example.org');
      insert into comments values (1, 1, 2), (2, 2, 1);`;
    const dataMap: DataMap = {
      tenant: { only: "t" },
      tables: [
        users("kind"),
        {
          ...table(
            "comments",
            [
              { references: "users", on: { author: "id" } },
              { references: "users", on: { subject_id: "id" } },
            ],
            ["id", "author", "subject_id"],
          ),
          kept: {},
        },
      ],
    };
    expect(await gapsOf(`${schema} delete from users where id = 1`, dataMap)).toEqual([]);
    expect(await gapsOf(`${schema} delete from users`, dataMap)).toMatchObject([
      { code: "orphaned-rows", where: "public.comments", column: "subject_id" },
    ]);
  });

  it("says nothing of rows that point at something else, or that all lead to somebody", async () => {
    const schema = `create table users (id int primary key, email text, kind text generated always as ('User') stored);
      create table pages (id int primary key, owner int references users, kind text generated always as ('Page') stored);
      create table files (id int primary key, record_id int, record_kind text);
      create table votes (id int primary key, on_id int);
      insert into users values (1, 'ada@example.org'); insert into pages values (7, 1);
      insert into files values (1, 1, 'User'), (2, 7, 'Page'), (3, 9, 'Comment'), (4, null, 'User');
      insert into votes values (1, 1), (2, 7), (3, null);`;
    const record = { record_kind: "kind", record_id: "id" };
    const map: DataMap = {
      tenant: { only: "t" },
      tables: [
        users("kind"),
        table("pages", { references: "users" }, ["id", "owner", "kind"]),
        table(
          "files",
          [
            { references: "users", on: record },
            { references: "pages", on: record },
          ],
          ["id", "record_id", "record_kind"],
        ),
        table(
          "votes",
          [
            { references: "users", on: { on_id: "id" } },
            { references: "pages", on: { on_id: "id" } },
          ],
          ["id", "on_id"],
        ),
      ],
    };
    expect(await gapsOf(schema, map)).toEqual([]);
    expect(await gapsOf(`${schema} insert into files values (5, 5, 'User');`, map)).toMatchObject([
      { code: "orphaned-rows", where: "public.files", column: "record_kind, record_id" },
    ]);
  });
});
