import { type FoundIdentifier, orThrow, subjectOf } from "@subject-rights/core";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type Belonging, type MatchedColumn, postgresDataSource, type TableMap } from "../../src/index.ts";
import { createDatabase, type TestDatabase } from "../support/database.ts";
import { callFor, pagesOf } from "./people.ts";

let database: TestDatabase;
beforeAll(async () => {
  database = await createDatabase();
});
beforeEach(async () => {
  await database.pool.query(`drop schema public cascade; create schema public;
    create table users (id int primary key, email text, name text);
    create table invitations (id int primary key, user_id int references users, email text);
    create table newsletter (email text);
    insert into users values (1, 'ann@x.org', 'Ann'), (2, 'Bob@x.org', 'Bob');
    insert into invitations values (1, 1, 'bob@x.org'), (2, 2, 'cyd@x.org');
    insert into newsletter values ('ann@x.org'), ('bob@x.org'), ('cyd@x.org')`);
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
const byEmail = { column: "email", identifier: "email" } as const;

const sourceWith = (...invitation: readonly Belonging[]) =>
  postgresDataSource({
    client: database.pool,
    dataMap: {
      tenant: { only: "t" },
      tables: [
        table("users", [byEmail, { column: "id", identifier: "user-id" }], ["id", "email", "name"]),
        { ...table("invitations", invitation, ["id", "user_id", "email"]), kept: "never" },
        table("newsletter", byEmail, ["email"]),
      ],
    },
  });

const call = callFor("t", "user-data");
const ann = subjectOf([{ type: "email", value: "ann@x.org" }]);
const bob = subjectOf([{ type: "email", value: "bob@x.org" }]);
const unable = (): never => {
  throw new Error("the source cannot");
};
const told = async (source: ReturnType<typeof sourceWith>, whom = ann): Promise<readonly FoundIdentifier[]> =>
  orThrow((await source.identify?.(whom, call)) ?? unable());
const left = async (): Promise<Record<string, unknown>> => {
  const { rows } = await database.pool.query<Record<string, unknown>>(`select
    (select array_agg(name order by id) from users) as users,
    (select array_agg(id order by id) from invitations) as invitations,
    (select array_agg(email order by email) from newsletter) as newsletter`);
  return rows[0] ?? {};
};
const withoutAnn = {
  users: ["Bob"],
  invitations: [2],
  newsletter: ["bob@x.org", "cyd@x.org"],
};

describe("an address in a row that belongs through another table", () => {
  it("is asked about, and nothing is done before the map says whose it is", async () => {
    const source = sourceWith({ references: "users" }, byEmail);
    expect(orThrow(await source.check())).toMatchObject([
      {
        code: "ambiguous-identifier",
        table: "public.invitations",
        column: "email",
        message: expect.stringContaining('{ column: "email", identifier: "email", identifies: false }'),
      },
    ]);
    expect((await source.erase?.(ann, call))?.isErr()).toBe(true);
    expect(await left()).toMatchObject({ users: ["Ann", "Bob"] });
  });

  const others: Record<string, readonly Belonging[]> = {
    "somebody else's": [{ references: "users" }, { ...byEmail, identifies: false }],
    shared: [{ references: "users" }, { ...byEmail, shared: true }],
    "somebody else's, and the pointer is matched too": [
      { references: "users" },
      { column: "user_id", identifier: "user-id" },
      { ...byEmail, identifies: false },
    ],
  };
  for (const [name, belongs] of Object.entries(others)) {
    it(`${name}: the one who wrote it is erased, and handed out, without whom it names`, async () => {
      const source = sourceWith(...belongs);
      expect(orThrow(await source.check())).toEqual([]);
      const byNumber = subjectOf([...ann.identifiers, { type: "user-id", value: "1" }]);
      for (const whom of [ann, byNumber]) {
        expect((await told(source, whom)).filter(({ value }) => value === "bob@x.org")).toEqual([]);
      }
      const pages = await pagesOf(source, ann, null, call);
      expect(pages.flatMap(({ rows }) => rows.flatMap(({ name: who }) => who ?? []))).toEqual(["Ann"]);
      orThrow((await source.erase?.(ann, call)) ?? unable());
      expect(await left()).toEqual(withoutAnn);
    });

    it(`${name}: whom it names is found, and does not bring along who wrote it`, async () => {
      const source = sourceWith(...belongs);
      expect((await told(source, bob)).filter(({ value }) => ["1", "ann@x.org"].includes(value))).toEqual([]);
      orThrow((await source.eraseMany?.([bob], call)) ?? unable());
      expect(await left()).toEqual({
        users: ["Ann"],
        invitations: null,
        newsletter: ["ann@x.org", "cyd@x.org"],
      });
    });

    it(`${name}: a listed row never makes one person of the two`, async () => {
      const pages = sourceWith(...belongs).identifiers?.(call) ?? unable();
      const people: (readonly FoundIdentifier[])[] = [];
      for (let page = orThrow(await pages.next()); page !== null; page = orThrow(await pages.next())) {
        people.push(...page.people);
      }
      const values = people.map((each) => each.map(({ value }) => value));
      expect(values.filter((each) => each.includes("bob@x.org") && each.includes("1"))).toEqual([]);
      expect(values).toContainEqual(["bob@x.org"]);
    });
  }

  it("is the same person's where the map says so: plan, export, erasure and sweep all follow it", async () => {
    const source = sourceWith({ references: "users" }, { ...byEmail, identifies: true });
    expect(await told(source)).toContainEqual({ type: "email", value: "bob@x.org", shared: false });
    const everything = [
      ["users", 2],
      ["invitations", 2],
      ["newsletter", 3],
    ];
    for (const _ of ["with a look at the schema", "in one statement"]) {
      const plan = orThrow(
        await source.plan({ tenant: "t", category: "user-data", identifiers: ann.identifiers }),
      );
      expect(plan.collections.map(({ collection, rows }) => [collection, rows])).toEqual(everything);
    }
    const pages = await pagesOf(source, ann, null, call);
    expect(
      everything.map(([title]) => [
        title,
        pages.filter(({ collection }) => collection === title).flatMap(({ rows }) => rows).length,
      ]),
    ).toEqual(everything);
    orThrow((await source.eraseMany?.([ann], call)) ?? unable());
    expect(await left()).toEqual({ users: null, invitations: null, newsletter: null });
  });
});

describe("a second column of the same type", () => {
  beforeEach(async () => {
    await database.pool.query(`create table customers (id int primary key, email text, contact_email text);
      create table orders (id int primary key, customer_id int, delivered_to text);
      insert into customers values (1, 'ann@x.org', 'bob@x.org'), (2, 'bob@x.org', null), (3, 'cyd@x.org', 'ann@x.org');
      insert into orders values (1, 1, 'dan@x.org');
      insert into newsletter values ('dan@x.org')`);
  });

  const customersWith = (contact: Partial<MatchedColumn>, ...order: readonly Belonging[]) =>
    postgresDataSource({
      client: database.pool,
      dataMap: {
        tenant: { only: "t" },
        tables: [
          {
            ...table(
              "customers",
              [
                byEmail,
                { column: "id", identifier: "customer-number" },
                { column: "contact_email", identifier: "email", ...contact },
              ],
              ["id", "email", "contact_email"],
            ),
            kept: {},
          },
          table("newsletter", byEmail, ["email"]),
          ...(order.length === 0 ? [] : [table("orders", order, ["id", "customer_id", "delivered_to"])]),
        ],
      },
    });
  const values = async (source: ReturnType<typeof sourceWith>, whom = ann) =>
    [
      ...new Set((await told(source, whom)).flatMap(({ value, shared }) => (shared === true ? [] : [value]))),
    ].sort();

  it("is asked about, and nothing is done before the map says whose it is", async () => {
    const source = customersWith({});
    expect(orThrow(await source.check())).toMatchObject([
      {
        code: "ambiguous-identifier",
        column: "contact_email",
        message: expect.stringContaining('the same kind of identifier in "email"'),
      },
    ]);
    expect((await source.erase?.(ann, call))?.isErr()).toBe(true);
    for (const said of [{ identifies: false }, { identifies: true }, { shared: true }]) {
      expect(orThrow(await customersWith(said).check())).toEqual([]);
    }
  });

  it("that may name somebody else pulls in nobody, from either side, and lists nobody as one with them", async () => {
    const source = customersWith({ identifies: false });
    // Of Cyd, whose contact Ann is, nothing is told.
    expect(await values(source)).toEqual(["1", "ann@x.org"]);
    expect(await values(source, bob)).toEqual(["2", "bob@x.org"]);
    const pages = source.identifiers?.(call) ?? unable();
    const listed: (readonly string[])[] = [];
    for (let page = orThrow(await pages.next()); page !== null; page = orThrow(await pages.next())) {
      listed.push(...page.people.map((each) => each.map(({ value }) => value)));
    }
    expect(listed).toContainEqual(["ann@x.org", "1"]);
    expect(listed.filter((each) => each.includes("bob@x.org") && each.length > 1)).toEqual([
      ["bob@x.org", "2"],
    ]);
    orThrow((await source.eraseMany?.([ann], call)) ?? unable());
    const { rows } = await database.pool.query("select email from newsletter order by email");
    expect(rows.map(({ email }) => email)).toEqual(["bob@x.org", "cyd@x.org", "dan@x.org"]);
  });

  it("does not lend what belongs to the row to whom it names, though that tells the person's own names", async () => {
    const orders = [
      { references: "customers", on: { customer_id: "id" } },
      { column: "delivered_to", identifier: "email", identifies: true },
    ];
    const source = customersWith({ identifies: false }, ...orders);
    expect(await values(source)).toEqual(["1", "ann@x.org", "dan@x.org"]);
    expect(await values(source, bob)).toEqual(["2", "bob@x.org"]);
  });

  it("is the same person's where the map says so", async () => {
    expect(await values(customersWith({ identifies: true }), bob)).toEqual([
      "1",
      "2",
      "ann@x.org",
      "bob@x.org",
    ]);
  });
});
