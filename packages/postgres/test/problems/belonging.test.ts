import { describe, expect, it } from "vitest";
import { databaseOf } from "../../src/database/database.ts";
import { checkMap } from "../../src/problems/check-map.ts";
import { createPglite, freePglite } from "../support/pglite.ts";
import { byEmail, type Case, liveDatabase, mapOf, mapped, people, peopleTable } from "./live.ts";

const live = liveDatabase();

const cases: Case[] = [
  {
    name: "nothing",
    schema: peopleTable,
    map: mapOf([people]),
    expected: [],
  },
  {
    name: "an unknown name, and only that",
    schema: "create table people (email text, password text);",
    map: mapOf([
      mapped("people", { belongs: byEmail, columns: { password: "exported", Email: "exported" } }),
      mapped("People", { belongs: byEmail }),
    ]),
    expected: [
      ["unknown-table", "public.People", null],
      ["unknown-column", "public.people", "Email"],
    ],
  },
  {
    name: "every other name that is wrong",
    schema: `${peopleTable} create view v as select * from people; create table a (id int, p int references people, q int references people);
      create table b (id int);`,
    map: mapOf(
      [
        people,
        { ...people, title: "again" },
        mapped("v", { belongs: byEmail }),
        mapped("a", { belongs: { references: "people" } }),
        mapped("b", { belongs: [{ references: "people" }, { references: "c" }] }),
      ],
      [{ table: "a", columns: ["id"], reason: "x" }],
    ),
    expected: [
      ["mapped-twice", "public.people", null],
      ["not-a-table", "public.v", null],
      ["ambiguous-foreign-key", "public.a", null],
      ["no-foreign-key", "public.b", null],
      ["unknown-reference", "public.b", null],
      ["no-foreign-key", "public.a", "id"],
    ],
  },
  {
    name: "a partition that is mapped beside its root",
    schema: `create table people (id int primary key, email text) partition by range (id);
      create table one partition of people for values from (0) to (9);`,
    map: mapOf([people, mapped("one", { belongs: byEmail })]),
    expected: [["mapped-twice", "public.one", null]],
  },
  {
    name: "tables that no identifier leads to",
    schema: `${peopleTable} create table a (id int primary key, b int); create table b (id int primary key, a int);`,
    map: mapOf([
      people,
      mapped("a", { belongs: { references: "b", on: { b: "id" } } }),
      mapped("b", { belongs: { references: "a", on: { a: "id" } } }),
    ]),
    expected: [
      ["out-of-reach", "public.a", null],
      ["out-of-reach", "public.b", null],
    ],
  },
  {
    name: "a circle of references that an identifier leads into",
    schema: `${peopleTable} create table a (id int primary key, b int); create table b (id int primary key, a int, person int);`,
    map: mapOf([
      people,
      mapped("a", { belongs: { references: "b", on: { b: "id" } } }),
      mapped("b", {
        belongs: [
          { references: "a", on: { a: "id" } },
          { references: "people", on: { person: "id" } },
        ],
        kept: "never",
      }),
    ]),
    expected: [],
  },
  {
    name: "a back reference in a circle, and one to itself",
    schema:
      "create table a (id int primary key, email text, b int, a int); create table b (id int primary key, a int);",
    map: mapOf([
      mapped("a", {
        belongs: [
          { ...byEmail, identifies: true },
          { referencedBy: "b", on: { id: "a" } },
          { referencedBy: "a", on: { id: "a" } },
        ],
      }),
      mapped("b", { belongs: { references: "a", on: { a: "id" } } }),
    ]),
    expected: [["shared-in-a-cycle", "public.a", "id"]],
  },
  {
    name: "a back reference through a link table",
    schema: `${peopleTable} create table addresses (id int primary key);
      create table links (person int references people, address int references addresses, primary key (person, address));`,
    map: mapOf([
      people,
      mapped("links", { belongs: { references: "people" } }),
      mapped("addresses", { belongs: { referencedBy: "links" } }),
    ]),
    expected: [],
  },
  ...(["text", "varchar(50)", "citext", "text collate any_case"] as const).map(
    (type): Case => ({
      name: `a name that is the same in capitals in one table, and ${type} in the next`,
      schema: `create schema extra; create extension citext schema extra; set search_path = public, extra;
        create collation any_case (provider = icu, locale = 'und-u-ks-level2', deterministic = false);
        create table people (id int primary key, email text, username citext);
        create table logins (username ${type}, number text); create table cards (number text);`,
      map: mapOf([
        mapped("people", { belongs: [byEmail, { column: "username", identifier: "username" }] }),
        mapped("logins", {
          belongs: [
            { column: "username", identifier: "username" },
            { column: "number", identifier: "card" },
          ],
        }),
        mapped("cards", { belongs: { column: "number", identifier: "card" } }),
      ]),
      expected: ["text", "varchar(50)"].includes(type) ? [["uncomparable", "public.logins", "username"]] : [],
    }),
  ),
  {
    name: "columns that may name somebody else than whose the row is",
    schema: `${peopleTable} create table invitations (id int primary key, person int references people, email text, phone text);
      create table seats (invitation int references invitations, person int, number text, email text);
      create table addresses (person int references people, email text);`,
    map: mapOf([
      mapped("people", { belongs: [byEmail, { column: "id", identifier: "person-number" }] }),
      mapped("invitations", {
        belongs: [
          { references: "people" },
          byEmail,
          { column: "phone", identifier: "phone", shared: true },
          // It says again by what the row points at the person.
          { column: "person", identifier: "person-number" },
        ],
      }),
      mapped("seats", {
        belongs: [
          { references: "invitations" },
          { column: "person", identifier: "person-number" },
          { ...byEmail, identifies: false },
        ],
        kept: "never",
      }),
      mapped("addresses", { belongs: [{ references: "people" }, { ...byEmail, identifies: true }] }),
    ]),
    expected: [
      ["ambiguous-identifier", "public.invitations", "email"],
      ["ambiguous-identifier", "public.seats", "person"],
    ],
  },
  {
    name: "columns that cannot be compared",
    schema: `create table people (id int primary key, email jsonb, born date, balance money);
      create table orders (id int primary key, person text);`,
    map: mapOf([
      mapped("people", {
        belongs: [
          byEmail,
          { column: "born", identifier: "born" },
          { column: "balance", identifier: "balance" },
        ],
      }),
      mapped("orders", { belongs: { references: "people", on: { person: "id" } } }),
    ]),
    expected: [
      ["uncomparable", "public.people", "email"],
      ["uncomparable", "public.people", "born"],
      ["uncomparable", "public.people", "balance"],
      ["uncomparable", "public.orders", "person"],
    ],
  },
  {
    name: "columns of different types that can",
    schema: `create type plan as enum ('free'); create domain mailbox as varchar(80) check (value ~ '@');
      create table people (id int primary key, email mailbox, uuid uuid, plan plan, number bigint, address inet);
      create table orders (id int primary key, person numeric);`,
    map: mapOf([
      mapped("people", {
        belongs: ["email", "uuid", "plan", "number", "address"].map((column) => ({
          column,
          identifier: column,
        })),
      }),
      mapped("orders", { belongs: { references: "people", on: { person: "id" } } }),
    ]),
    expected: [],
  },
  {
    name: "a matched table without the tenant's column",
    schema: `create table people (id int primary key, email text, tenant_id text);
      create table leads (id int primary key, email text); create table notes (id int primary key, person int);
      create table odd (id int primary key, email text, tenant_id json); create type plan as enum ('free');
      create table plans (id int primary key, email text, tenant_id plan);
      create table numbers (id int primary key, email text, tenant_id numeric);
      create table padded (id int primary key, email text, tenant_id char(8));
      create table whole (id int primary key, email text, tenant_id bigint);`,
    map: {
      tenant: { column: "tenant_id" },
      tables: [
        people,
        ...["leads", "odd", "plans", "numbers", "padded", "whole"].map((table) =>
          mapped(table, { belongs: byEmail }),
        ),
        mapped("notes", { belongs: { references: "people", on: { person: "id" } } }),
      ],
    },
    expected: [
      ["no-tenant-column", "public.leads", "tenant_id"],
      ["uncomparable", "public.odd", "tenant_id"],
      ["uncomparable", "public.plans", "tenant_id"],
      ["uncomparable", "public.numbers", "tenant_id"],
      ["uncomparable", "public.padded", "tenant_id"],
    ],
  },
  {
    name: "a circle between names that need quotes",
    schema: `create schema other; create table other."Ünï ""code"" 漢字" ("E mail" text not null, "select" int primary key);
      create table "${"a".repeat(63)}" ("${"ü".repeat(31)}" int references other."Ünï ""code"" 漢字" on delete cascade, ":x; --" text);`,
    map: mapOf([
      mapped(
        { schema: "other", name: 'Ünï "code" 漢字' },
        {
          belongs: { column: "E mail", identifier: "email" },
          columns: { "E mail": { anonymise: "null" } },
          erasure: "anonymise",
        },
      ),
      mapped("a".repeat(63), {
        belongs: { references: { schema: "other", name: 'Ünï "code" 漢字' } },
        columns: { ":x; --": { anonymise: { constant: "'; drop table x" } } },
        erasure: "anonymise",
      }),
    ]),
    expected: [["null-into-not-null", 'other.Ünï "code" 漢字', "E mail"]],
  },
];

describe("belonging", () => {
  it("is checked in the same way on PGlite", async () => {
    const pglite = await createPglite();
    await pglite.exec("create table people (id int primary key, email text not null, plan varchar(3))");
    const columns = { email: { anonymise: "null" }, plan: { anonymise: { constant: "free" } } } as const;
    const { problems } = await checkMap(
      mapOf([mapped("people", { belongs: byEmail, erasure: "anonymise", columns })]),
      databaseOf(pglite),
    );
    await freePglite(pglite);
    expect(problems.map(({ code }) => code)).toEqual(["null-into-not-null", "unfit-value"]);
  });

  for (const each of cases) it(`finds ${each.name}`, () => live.expectProblems(each));
});
