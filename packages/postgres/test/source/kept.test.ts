import { type CollectionOutcome, type Identifier, orThrow, subjectOf } from "@subject-rights/core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type DataMap, postgresDataSource, type TableMap } from "../../src/index.ts";
import { createDatabase, type TestDatabase } from "../support/database.ts";
import { callFor, pagesOf } from "./people.ts";

let database: TestDatabase;
beforeAll(async () => {
  database = await createDatabase();
});
afterAll(() => database.drop());

const unable = (): never => {
  throw new Error("the source cannot");
};
const table = (
  name: string,
  part: Omit<Partial<TableMap>, "table"> & Pick<TableMap, "belongs">,
): TableMap => ({
  table: name,
  title: name,
  category: "customer-data",
  columns: {},
  erasure: "delete",
  ...part,
});
const byEmail = { column: "email", identifier: "email" } as const;
const mapOf = (...tables: TableMap[]): DataMap => ({ tenant: { only: "tenant-one" }, tables });
const make = async (schema: string): Promise<void> => {
  await database.pool.query(`drop schema public cascade; create schema public; ${schema}`);
};
const sourceOf = (dataMap: DataMap) => postgresDataSource({ client: database.pool, dataMap });
const email = (name: string): Identifier => ({ type: "email", value: `${name}@x.org` });
const told = (outcomes: readonly CollectionOutcome[]) =>
  outcomes.map((each) => [each.collection, each.outcome, each.outcome === "absent" ? 0 : each.count]);
const erase = async (dataMap: DataMap, ...names: string[]) =>
  told(orThrow((await sourceOf(dataMap).erase?.(subjectOf(names.map(email)), callFor())) ?? unable()));
const rowsOf = async (text: string): Promise<unknown[]> => (await database.pool.query(text)).rows;

const papers = `create table people (id int primary key, email text);
  create table papers (id int primary key, title text, by_line text);
  create table authors (paper int references papers, person int references people, primary key (paper, person));
  create table tags (id int primary key, paper int references papers, tag text);
  insert into people values (1, 'ann@x.org'), (2, 'bob@x.org');
  insert into papers values (1, 'joint', 'Ann <ann@x.org>; Bob'), (2, 'solo', 'Ann'), (3, 'his', 'Bob');
  insert into authors values (1, 1), (1, 2), (2, 1), (3, 2);
  insert into tags values (1, 1, 'a'), (2, 1, 'b'), (3, 2, 'c')`;
const paperMap = mapOf(
  table("people", { belongs: byEmail }),
  table("authors", { belongs: { references: "people" } }),
  table("papers", {
    belongs: { referencedBy: "authors" },
    kept: {
      reason: "The paper is its other authors' too",
      anonymise: {
        by_line: {
          function: (text, person) =>
            person.reduce((left, { value }) => left.replaceAll(value, "removed"), text),
        },
      },
    },
  }),
  table("tags", { belongs: { references: "papers" } }),
);

describe("rows that are somebody else's too", () => {
  it("are told as kept, in the plan and after the work, with what belongs through them", async () => {
    await make(papers);
    const source = sourceOf(paperMap);
    expect(orThrow(await source.check())).toEqual([]);
    const plan = orThrow(
      await source.plan({ tenant: "tenant-one", category: "customer-data", identifiers: [email("ann")] }),
    );
    expect(plan.collections.flatMap(({ outcomes }) => told(outcomes))).toEqual([
      ["people", "erased", 1],
      ["authors", "erased", 2],
      ["papers", "erased", 1],
      ["papers", "kept", 1],
      ["tags", "erased", 1],
      ["tags", "kept", 2],
    ]);
    expect(plan.collections[2]).toMatchObject({ rows: 2, anonymised: ["by_line"] });
    const located = orThrow((await source.locate?.(subjectOf([email("ann")]), callFor())) ?? unable());
    expect(located).toContainEqual({ collection: "papers", count: 1, becomes: "kept" });

    const outcomes = orThrow((await source.erase?.(subjectOf([email("ann")]), callFor())) ?? unable());
    expect(outcomes).toEqual(plan.collections.flatMap(({ outcomes: each }) => each));
    expect(outcomes).toContainEqual({
      collection: "papers",
      outcome: "kept",
      count: 1,
      reason: "The paper is its other authors' too",
    });
    expect(await rowsOf("select id, by_line from papers order by id")).toEqual([
      { id: 1, by_line: "Ann <removed>; Bob" },
      { id: 3, by_line: "Bob" },
    ]);
    expect(await rowsOf("select id from tags")).toEqual([{ id: 1 }, { id: 2 }]);
    expect(orThrow((await source.remaining?.(subjectOf([email("ann")]), callFor())) ?? unable())).toEqual(
      ["people", "authors", "papers", "tags"].map((collection) => ({ collection, count: 0 })),
    );
  });

  it("go with the last one whose they are", async () => {
    await make(papers);
    await erase(paperMap, "ann");
    expect(await erase(paperMap, "bob")).toEqual([
      ["people", "erased", 1],
      ["authors", "erased", 2],
      ["papers", "erased", 2],
      ["tags", "erased", 2],
    ]);
    expect(await rowsOf("select from papers")).toEqual([]);
  });

  it("are told of each of several people, and made anonymous for all of them", async () => {
    await make(`${papers}; insert into people values (3, 'cyd@x.org'); insert into authors values (1, 3)`);
    const constant: DataMap = {
      ...paperMap,
      tables: paperMap.tables.map((each) =>
        each.title === "papers"
          ? { ...each, kept: { anonymise: { by_line: { constant: "several" } } } }
          : each,
      ),
    };
    const source = sourceOf(constant);
    const people = ["nobody", "ann", "cyd"].map((name) => subjectOf([email(name)]));
    const all = orThrow((await source.eraseMany?.(people, callFor())) ?? unable());
    const ofPapers = all.map((each) => told(each).filter(([collection]) => collection === "papers"));
    expect(ofPapers).toEqual([
      [["papers", "absent", 0]],
      [
        ["papers", "erased", 1],
        ["papers", "kept", 1],
      ],
      [["papers", "kept", 1]],
    ]);
    expect(await rowsOf("select id, by_line from papers order by id")).toEqual([
      { id: 1, by_line: "several" },
      { id: 3, by_line: "Bob" },
    ]);
    // Together with the last of them, nobody is left.
    await make(papers);
    const both = ["ann", "bob"].map((name) => subjectOf([email(name)]));
    orThrow((await source.eraseMany?.(both, callFor())) ?? unable());
    expect(await rowsOf("select from papers")).toEqual([]);
  });

  it("are handed out like others", async () => {
    await make(papers);
    const exported: DataMap = {
      ...paperMap,
      tables: paperMap.tables.map((each) => ({
        ...each,
        columns: each.title === "papers" ? { id: "exported" } : {},
      })),
    };
    const pages = await pagesOf(sourceOf(exported), subjectOf([email("ann")]));
    expect(pages.flatMap(({ collection, rows }) => (collection === "papers" ? rows : []))).toEqual([
      { id: 1 },
      { id: 2 },
    ]);
  });
});

const addresses = `create table address (id int primary key, street text);
  create table customer (id int primary key, email text, name text, address int references address);
  insert into address values (1, 'one'), (2, 'two');
  insert into customer values (1, 'bob@x.org', 'Bob', 1), (2, 'cyd@x.org', 'Cyd', 1), (3, 'dan@x.org', 'Dan', 2);`;
const anonymous = { anonymise: "null" } as const;
const addressMap = (columns: TableMap["columns"]): DataMap =>
  mapOf(
    table("customer", { belongs: byEmail, erasure: "anonymise", columns }),
    table("address", {
      belongs: { referencedBy: "customer" },
      erasure: "anonymise",
      columns: { street: { anonymise: { constant: "removed" } } },
    }),
  );

describe("whoever was made anonymous", () => {
  it("shares nothing any more: what they shared goes with the last one", async () => {
    await make(addresses);
    const map = addressMap({ email: anonymous, name: { anonymise: "hash" } });
    expect(await erase(map, "bob")).toEqual([
      ["customer", "anonymised", 1],
      ["address", "kept", 1],
    ]);
    expect(await erase(map, "cyd")).toEqual([
      ["customer", "anonymised", 1],
      ["address", "anonymised", 1],
    ]);
    expect(await rowsOf("select street from address order by id")).toEqual([
      { street: "removed" },
      { street: "two" },
    ]);
  });

  it("is not whoever never had an address: their name is still there", async () => {
    await make(`${addresses} update customer set email = null where id = 2`);
    const map = addressMap({ email: anonymous, name: { anonymise: "hash" } });
    expect(await erase(map, "bob")).toContainEqual(["address", "kept", 1]);
    expect(await rowsOf("select street from address where id = 1")).toEqual([{ street: "one" }]);
  });

  it("is whoever is left with a number, by which the law's part of them is found", async () => {
    await make(`create table users (id int primary key, email text, name text);
      create table messages (id int primary key, sender int references users, recipient int references users);
      create table invoices (id int primary key, buyer int references users, paid date not null);
      insert into users values (1, 'ann@x.org', 'Ann'), (2, 'bob@x.org', 'Bob'), (3, 'cyd@x.org', 'Cyd');
      insert into messages values (1, 1, 2), (2, 1, 3);
      insert into invoices values (1, 1, current_date), (2, 2, current_date)`);
    const map = mapOf(
      table("users", {
        belongs: [byEmail, { column: "id", identifier: "user-id" }],
        erasure: "anonymise",
        columns: { email: anonymous, name: anonymous },
      }),
      table("messages", {
        belongs: [
          { references: "users", on: { sender: "id" } },
          { references: "users", on: { recipient: "id" } },
        ],
        kept: {},
      }),
      table("invoices", {
        belongs: { references: "users" },
        erasure: { retain: { reason: "law", until: { column: "paid", years: 10 } } },
      }),
    );
    expect(orThrow(await sourceOf(map).check())).toEqual([]);
    expect(await erase(map, "ann")).toContainEqual(["messages", "kept", 2]);
    expect(await erase(map, "bob")).toContainEqual(["messages", "erased", 1]);
    expect(await rowsOf("select id from messages")).toEqual([{ id: 2 }]);
  });

  it("is not whoever has nothing but a number, where nothing shows that there was more", async () => {
    const byNumber = { column: "id", identifier: "number" };
    for (const [form, outcome] of [
      [anonymous, "kept"],
      [{ anonymise: { constant: "removed" } } as const, "anonymised"],
    ] as const) {
      await make(addresses);
      const [customers = unable(), ...others] = addressMap({ name: form }).tables;
      const map = mapOf({ ...customers, belongs: byNumber }, ...others);
      const eraseNumber = async (value: string) =>
        told(
          orThrow(
            (await sourceOf(map).erase?.(subjectOf([{ type: "number", value }]), callFor())) ?? unable(),
          ),
        );
      expect(await eraseNumber("1")).toContainEqual(["address", "kept", 1]);
      expect(await eraseNumber("2")).toContainEqual(["address", outcome, 1]);
    }
  });

  it("does not keep what the law had kept for both", async () => {
    await make(`create table customers (id int primary key, email text, nick text);
      create table invoices (id int primary key, buyer int references customers, payer int references customers, paid date not null);
      create table invitations (id int primary key, host int references customers, nick text);
      insert into customers values (1, 'ann@x.org', 'ann'), (2, 'bob@x.org', 'bob');
      insert into invoices values (1, 1, 2, current_date);
      insert into invitations values (1, 1, 'bob')`);
    const map = mapOf(
      table("customers", {
        belongs: [
          byEmail,
          { column: "id", identifier: "customer-number" },
          { column: "nick", identifier: "nick" },
        ],
        erasure: "anonymise",
        columns: { email: anonymous, nick: anonymous },
      }),
      table("invoices", {
        belongs: [
          { references: "customers", on: { buyer: "id" } },
          { references: "customers", on: { payer: "id" } },
        ],
        erasure: { retain: { reason: "law", until: { column: "paid", years: 10 } } },
        kept: {},
      }),
      table("invitations", {
        belongs: [
          { references: "customers", on: { host: "id" } },
          { column: "nick", identifier: "nick", identifies: false },
        ],
        kept: {},
      }),
    );
    expect(await erase(map, "ann")).toEqual([
      ["customers", "anonymised", 1],
      ["invoices", "kept", 1],
      ["invitations", "kept", 1],
    ]);
    expect(await erase(map, "bob")).toEqual([
      ["customers", "anonymised", 1],
      ["invoices", "retained", 1],
      ["invitations", "erased", 1],
    ]);
  });

  it("still shares what the law has kept of them points at", async () => {
    await make(`create table customers (id int primary key, email text);
      create table places (id int primary key, street text);
      create table orders (id int primary key, customer int references customers, place int, paid date not null);
      insert into customers values (1, 'ann@x.org'), (2, 'bob@x.org');
      insert into places values (1, 'one');
      insert into orders values (1, 1, 1, current_date), (2, 2, 1, '2001-01-01')`);
    const map = mapOf(
      table("customers", {
        belongs: [byEmail, { column: "id", identifier: "customer-number" }],
        erasure: "anonymise",
        columns: { email: anonymous },
      }),
      table("orders", {
        belongs: { references: "customers", on: { customer: "id" } },
        erasure: { retain: { reason: "law", until: { column: "paid", years: 10 } } },
      }),
      table("places", { belongs: { referencedBy: "orders", on: { id: "place" } } }),
    );
    expect(orThrow(await sourceOf(map).check())).toEqual([]);
    expect(await erase(map, "ann")).toContainEqual(["orders", "retained", 1]);
    expect(await erase(map, "bob")).toEqual([
      ["customers", "anonymised", 1],
      ["orders", "erased", 1],
      ["places", "kept", 1],
    ]);
  });

  it("several tables away, with keys of two columns, by a pointer that was cut", async () => {
    await make(`create table people (org int, id int, email text, primary key (org, id));
      create table boards (id int primary key, topic text);
      create table seats (id int primary key, board int references boards, org int, person int,
        foreign key (org, person) references people);
      insert into people values (1, 1, 'ann@x.org'), (1, 2, 'bob@x.org'), (2, 1, 'cyd@x.org');
      insert into boards values (1, 'x'); insert into seats values (1, 1, 1, 1), (2, 1, 1, 2), (3, 1, 2, 1);`);
    const map = mapOf(
      table("people", { belongs: byEmail, erasure: "anonymise", columns: { email: anonymous } }),
      table("seats", {
        belongs: { references: "people" },
        erasure: "anonymise",
        columns: { person: anonymous },
      }),
      table("boards", { belongs: { referencedBy: "seats" } }),
    );
    // A row of a board cannot go while a seat points at it.
    await database.pool.query("alter table seats drop constraint seats_board_fkey");
    const loose: DataMap = {
      ...map,
      tables: map.tables.map((each) =>
        each.title === "boards" ? { ...each, belongs: { referencedBy: "seats", on: { id: "board" } } } : each,
      ),
    };
    expect(orThrow(await sourceOf(loose).check())).toEqual([]);
    expect(await erase(loose, "ann")).toContainEqual(["boards", "kept", 1]);
    expect(await erase(loose, "bob")).toContainEqual(["boards", "kept", 1]);
    expect(await erase(loose, "cyd")).toContainEqual(["boards", "erased", 1]);
  });
});

describe("a map that would spoil what is somebody else's too", () => {
  it("is refused", async () => {
    await make(papers.replace("by_line text", "by_line text not null, code varchar(3)"));
    const spoiling: DataMap = {
      ...paperMap,
      tables: paperMap.tables.map((each) =>
        each.title === "papers"
          ? {
              ...each,
              kept: {
                anonymise: {
                  by_line: "null",
                  code: { constant: "too long" },
                  id: { constant: 7 },
                  no: "null",
                },
              },
            }
          : each,
      ),
    };
    const codes = async (map: DataMap) =>
      orThrow(await sourceOf(map).check()).map(({ code, column }) => [code, column]);
    expect(await codes(spoiling)).toEqual([["unknown-column", "no"]]);
    const named: DataMap = {
      ...spoiling,
      tables: spoiling.tables.map((each) =>
        each.title === "papers"
          ? {
              ...each,
              kept: { anonymise: { by_line: "null", code: { constant: "too long" }, id: { constant: 7 } } },
            }
          : each,
      ),
    };
    expect(await codes(named)).toEqual(
      expect.arrayContaining([
        ["null-into-not-null", "by_line"],
        ["unfit-value", "code"],
        ["kept-out-of-reach", "id"],
      ]),
    );
  });
});
