import { type CollectionOutcome, type Identifier, orThrow, subjectOf } from "@subject-rights/core";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { type Belonging, type DataMap, postgresDataSource, type TableMap } from "../../src/index.ts";
import { createDatabase, type TestDatabase } from "../support/database.ts";
import { callFor, pagesOf } from "./people.ts";

let database: TestDatabase;
beforeAll(async () => {
  database = await createDatabase();
});
afterAll(() => database.drop());

const make = (schema: string) =>
  database.pool.query(`drop schema public cascade; create schema public;
    create table users (id int primary key, email text);
    insert into users values (1, 'ann@x.org'), (2, 'bob@x.org'), (3, 'cyd@x.org'); ${schema}`);
const table = (name: string, part: Pick<TableMap, "belongs"> & Partial<TableMap>): TableMap => ({
  table: name,
  title: name,
  category: "customer-data",
  columns: {},
  erasure: "delete",
  ...part,
});
const users = table("users", {
  belongs: { column: "email", identifier: "email" },
  columns: { id: "exported" },
});
const mapOf = (...tables: TableMap[]): DataMap => ({
  tenant: { only: "tenant-one" },
  tables: [users, ...tables],
});
const sourceOf = (dataMap: DataMap) => postgresDataSource({ client: database.pool, dataMap });
const email = (name: string): Identifier => ({ type: "email", value: `${name}@x.org` });
const named = (name: string) => subjectOf([email(name)]);
const unable = (): never => {
  throw new Error("the source cannot");
};
const told = (outcomes: readonly CollectionOutcome[]) =>
  outcomes.flatMap((each) =>
    each.outcome === "absent" ? [] : [[each.collection, each.outcome, each.count]],
  );
const erase = async (dataMap: DataMap, name: string) =>
  told(orThrow((await sourceOf(dataMap).erase?.(named(name), callFor())) ?? unable()));
const rowsOf = async (text: string): Promise<unknown[]> => (await database.pool.query(text)).rows;
const problemsOf = async (dataMap: DataMap) =>
  orThrow(await sourceOf(dataMap).check()).map(({ code, table: name, column }) => [code, name, column]);

const messages = `create table messages (
    id int primary key, sender int references users, recipient int references users, body text);
  create table files (id int primary key, message int references messages);
  insert into messages values (1, 2, 1, 'bob to ann'), (2, 1, 1, 'ann to herself'), (3, 2, 3, 'bob to cyd'), (4, 1, null, 'draft');
  insert into files values (1, 1), (2, 2);`;
const toAndFrom: readonly Belonging[] = [
  { references: "users", on: { sender: "id" } },
  { references: "users", on: { recipient: "id" } },
];
const files = table("files", { belongs: { references: "messages" } });
const messageMap = (kept?: TableMap["kept"], unlink: NonNullable<DataMap["unlink"]> = []): DataMap => ({
  ...mapOf(
    table("messages", { belongs: toAndFrom, columns: { id: "exported" }, ...(kept && { kept }) }),
    files,
  ),
  unlink,
});
const unlink = ["sender", "recipient"].map((column) => ({
  table: "messages",
  columns: [column],
  reason: "It stays for the other",
}));

describe("a row that belongs to two people in two ways", () => {
  it("is asked about, and nothing is done until the map says what becomes of it", async () => {
    await make(messages);
    expect(await problemsOf(messageMap())).toEqual([
      ["ambiguous-owner", "public.messages", "sender, recipient"],
    ]);
    expect((await sourceOf(messageMap()).erase?.(named("ann"), callFor()))?.isErr()).toBe(true);
    expect(await rowsOf("select from users")).toHaveLength(3);
  });

  it("stays for the other, with what belongs through it and without whom it pointed at, and goes with the last", async () => {
    await make(messages);
    const map = messageMap({ reason: "A letter has two ends" }, unlink);
    expect(await problemsOf(map)).toEqual([]);
    const identifiers = [email("ann")];
    const plan = orThrow(
      await sourceOf(map).plan({ tenant: "tenant-one", category: "customer-data", identifiers }),
    );
    const pages = await pagesOf(sourceOf(map), named("ann"));
    expect(pages.flatMap(({ collection, rows }) => (collection === "messages" ? rows : []))).toEqual([
      { id: 1 },
      { id: 2 },
      { id: 4 },
    ]);
    const outcomes = await erase(map, "ann");
    expect(outcomes).toEqual([
      ["users", "erased", 1],
      ["messages", "erased", 2],
      ["messages", "kept", 1],
      ["files", "erased", 1],
      ["files", "kept", 1],
    ]);
    expect(plan.collections.flatMap(({ outcomes: each }) => told(each))).toEqual(outcomes);
    expect(await rowsOf("select id, sender, recipient from messages order by id")).toEqual([
      { id: 1, sender: 2, recipient: null },
      { id: 3, sender: 2, recipient: 3 },
    ]);
    expect(await erase(map, "bob")).toEqual([
      ["users", "erased", 1],
      ["messages", "erased", 1],
      ["messages", "kept", 1],
      ["files", "erased", 1],
    ]);
    expect(await erase(map, "cyd")).toContainEqual(["messages", "erased", 1]);
    expect(await rowsOf("select from messages")).toEqual([]);
  });

  it("goes with the first of them where the map says so", async () => {
    await make(messages);
    expect(await problemsOf(messageMap("never"))).toEqual([]);
    expect(await erase(messageMap("never"), "ann")).toEqual([
      ["users", "erased", 1],
      ["messages", "erased", 3],
      ["files", "erased", 2],
    ]);
  });

  it("asks for the foreign key to be taken off, or taken along, where the user goes and it stays", async () => {
    await make(messages);
    expect(await problemsOf(messageMap({}))).toEqual([
      ["blocked-by-foreign-key", "public.messages", "recipient"],
      ["blocked-by-foreign-key", "public.messages", "sender"],
    ]);
    await make(messages.replaceAll("references users", "references users on delete cascade"));
    expect(await problemsOf(messageMap({}))).toEqual([
      ["cascade-takes-kept", "public.messages", "recipient"],
      ["cascade-takes-kept", "public.messages", "sender"],
    ]);
    expect(await problemsOf(messageMap({}, unlink))).toEqual([]);
    expect(await erase(messageMap({}, unlink), "ann")).toContainEqual(["messages", "kept", 1]);
    expect(await rowsOf("select from messages")).toHaveLength(2);
    await make(messages.replaceAll("references users", "references users on delete set null"));
    expect(await problemsOf(messageMap({}))).toEqual([]);
    expect(await erase(messageMap({}), "ann")).toContainEqual(["messages", "kept", 1]);
    await make(
      messages.replaceAll("int references users", "int not null references users").replace(", null", ", 1"),
    );
    expect(await problemsOf(messageMap({}, unlink))).toEqual([
      ["unlink-impossible", "public.messages", "sender"],
      ["unlink-impossible", "public.messages", "recipient"],
    ]);
  });

  it("goes with the last of two who are erased at the same moment", async () => {
    await make(`create table messages (id int primary key, sender int references users, recipient int references users);
      create table files (id int primary key, message int references messages);
      insert into messages select i, 1, 2 from generate_series(1, 20) i`);
    const source = sourceOf(messageMap({}, unlink));
    orThrow(await source.check());
    const both = await Promise.all(
      ["ann", "bob"].map(async (name) => orThrow((await source.erase?.(named(name), callFor())) ?? unable())),
    );
    expect(both.map((each) => told(each)[1]?.slice(1)).toSorted()).toEqual([
      ["erased", 20],
      ["kept", 20],
    ]);
    expect(await rowsOf("select from messages")).toEqual([]);
  });
});

describe("a row that may be somebody else's", () => {
  it("by an address that is not the sender's", async () => {
    await make(`create table invitations (id int primary key, inviter int references users on delete set null, email text);
      insert into invitations values (1, 1, 'Bob@x.org'), (2, 1, 'ann@x.org'), (3, 1, null)`);
    const belongs: readonly Belonging[] = [
      { references: "users" },
      { column: "email", identifier: "email", identifies: false },
    ];
    expect(await problemsOf(mapOf(table("invitations", { belongs })))).toEqual([
      ["ambiguous-owner", "public.invitations", "inviter, email"],
    ]);
    const map = mapOf(table("invitations", { belongs, kept: {} }));
    expect(await erase(map, "ann")).toEqual([
      ["users", "erased", 1],
      ["invitations", "erased", 2],
      ["invitations", "kept", 1],
    ]);
    expect(await erase(map, "bob")).toContainEqual(["invitations", "erased", 1]);
  });

  it("by whom a record says that it is of, beside whom it names", async () => {
    await make(`create table customers (id int primary key, email text, contact text);
      insert into customers values (1, 'ann@x.org', 'bob@x.org'), (2, 'bob@x.org', null), (3, null, 'bob@x.org')`);
    const belongs: readonly Belonging[] = [
      { column: "email", identifier: "email" },
      { column: "contact", identifier: "email", identifies: false },
    ];
    expect(await problemsOf(mapOf(table("customers", { belongs })))).toEqual([
      ["ambiguous-owner", "public.customers", "email, contact"],
    ]);
    const map = mapOf(table("customers", { belongs, kept: {} }));
    expect(await erase(map, "bob")).toEqual([
      ["users", "erased", 1],
      ["customers", "erased", 2],
      ["customers", "kept", 1],
    ]);
    expect(await erase(map, "ann")).toContainEqual(["customers", "erased", 1]);
  });

  it("by whoever points at it, beside whom it points at", async () => {
    await make(`create table papers (id int primary key, submitter int references users on delete set null);
      create table authors (paper int references papers, author int references users);
      insert into papers values (1, 1), (2, 1), (3, 2); insert into authors values (1, 1), (1, 2), (2, 1), (3, 1)`);
    const belongs: readonly Belonging[] = [{ references: "users" }, { referencedBy: "authors" }];
    const authors = table("authors", { belongs: { references: "users" } });
    expect(await problemsOf(mapOf(authors, table("papers", { belongs })))).toEqual(
      expect.arrayContaining([["ambiguous-owner", "public.papers", "submitter, id"]]),
    );
    const map = mapOf(authors, table("papers", { belongs, kept: {} }));
    expect(await problemsOf(map)).toEqual([]);
    expect(await erase(map, "ann")).toEqual([
      ["users", "erased", 1],
      ["authors", "erased", 3],
      ["papers", "erased", 1],
      ["papers", "kept", 2],
    ]);
    expect(await rowsOf("select id, submitter from papers order by id")).toEqual([
      { id: 1, submitter: null },
      { id: 3, submitter: 2 },
    ]);
    expect(await erase(map, "bob")).toContainEqual(["papers", "erased", 2]);
  });

  it("is not asked about where all ways are the same person's, or only one of them leads anywhere", async () => {
    await make(`create table further (id int primary key, owner int references users, email text, phone text);
      create table orders (id int primary key, owner int references users);
      create table notes (id int primary key, kind text, about int)`);
    const further = table("further", {
      belongs: [
        { references: "users" },
        { column: "email", identifier: "email", identifies: true },
        { column: "phone", identifier: "phone", shared: true },
      ],
    });
    const orders = table("orders", { belongs: { references: "users" } });
    const notes = table("notes", {
      belongs: [
        { references: "users", on: { about: "id" } },
        { references: "orders", on: { about: "id" } },
      ],
    });
    expect(await problemsOf(mapOf(further, orders, notes))).toEqual([]);
  });

  it("where rows belong through each other, as elsewhere", async () => {
    await make(folders);
    const { tables, unlink = [] } = folderMap;
    const codes = async (kept?: TableMap["kept"]) => {
      const said = tables.map(({ kept: _, ...each }) =>
        each.title === "folders" && kept !== undefined ? { ...each, kept } : each,
      );
      const staying = { ...folderMap, tables: said, unlink: typeof kept === "object" ? unlink : [] };
      return (await problemsOf(staying)).map(([code]) => code);
    };
    expect(await codes()).toEqual(["ambiguous-owner"]);
    expect(await codes({})).toEqual([]);
    expect(await codes("never")).toEqual([]);
  });

  it("by a pointer that the map does not have: the message names what lets a shared row stay", async () => {
    await make(`create table addresses (id int primary key);
      create table homes (owner int references users, address int references addresses);
      create table orders (id int primary key, buyer int references users, address int references addresses);
      insert into addresses values (1); insert into homes values (1, 1); insert into orders values (1, 2, 1)`);
    const homes = table("homes", { belongs: { references: "users" } });
    const orders = table("orders", { belongs: { references: "users" } });
    const addressMap = (...belongs: Belonging[]) => mapOf(homes, orders, table("addresses", { belongs }));
    const problems = orThrow(await sourceOf(addressMap({ referencedBy: "homes" })).check());
    expect(problems.map(({ code, message }) => [code, message])).toEqual([
      [
        "blocked-by-foreign-key",
        expect.stringContaining('{ referencedBy: "orders", on: { id: "address" } }'),
      ],
    ]);
    const map = addressMap({ referencedBy: "homes" }, { referencedBy: "orders", on: { id: "address" } });
    expect(await problemsOf(map)).toEqual([]);
    expect(await erase(map, "ann")).toContainEqual(["addresses", "kept", 1]);
    expect(await erase(map, "bob")).toContainEqual(["addresses", "erased", 1]);
  });
});

const folders = `create table folders (id int primary key, owner int references users, parent int references folders);
  create table files (id int primary key, folder int not null references folders)`;
/** Folders in folders of others, and what is in them. */
const folderMap: DataMap = {
  ...mapOf(
    table("folders", {
      belongs: [
        { references: "users", on: { owner: "id" } },
        { references: "folders", on: { parent: "id" } },
      ],
      kept: {},
    }),
    table("files", { belongs: { references: "folders" } }),
  ),
  unlink: ["owner", "parent"].map((column) => ({ table: "folders", columns: [column], reason: "It stays" })),
};

describe("of rows in rows of others, step by step, one stays as long as a way leads to somebody", () => {
  const owner = fc.option(fc.integer({ min: 1, max: 3 }));
  const world = fc.record({
    /** Whose each folder is, and which of those before it is the one that it is in. */
    rows: fc.array(fc.tuple(owner, fc.option(fc.nat())), { maxLength: 8 }),
    order: fc.shuffledSubarray([1, 2, 3], { minLength: 1 }),
    together: fc.boolean(),
  });

  it("with all that is in it", async () => {
    await fc.assert(
      fc.asyncProperty(world, async ({ rows, order, together }) => {
        await make(folders);
        interface Folder {
          owner: number | null;
          parent: number | null;
        }
        const held = new Map<number, Folder>();
        for (const [at, [whose, within]] of rows.entries()) {
          const folder = { owner: whose, parent: within === null || at === 0 ? null : within % at };
          held.set(at, folder);
          await database.pool.query("insert into folders values ($1, $2, $3)", [
            at,
            folder.owner,
            folder.parent,
          ]);
          await database.pool.query("insert into files values ($1, $1)", [at]);
        }
        const source = sourceOf(folderMap);
        expect(orThrow(await source.check())).toEqual([]);
        for (const whole of together ? [order] : order.map((each) => [each])) {
          // All that is reached; of that, what leads to somebody else; and what leads to that.
          const reached = new Set<number>();
          for (const [at, { owner: whose, parent }] of held) {
            if ((whose !== null && whole.includes(whose)) || (parent !== null && reached.has(parent)))
              reached.add(at);
          }
          const left = new Set<number>();
          for (const [at, { owner: whose, parent }] of held) {
            const isOthers = whose !== null && !whole.includes(whose);
            const isWithin = parent !== null && (!reached.has(parent) || left.has(parent));
            if (reached.has(at) && (isOthers || isWithin)) left.add(at);
          }
          const people = whole.map((each) => named(["ann", "bob", "cyd"][each - 1] ?? ""));
          if (together) orThrow((await source.eraseMany?.(people, callFor())) ?? unable());
          else orThrow((await source.erase?.(people[0] ?? unable(), callFor())) ?? unable());
          for (const at of reached) if (!left.has(at)) held.delete(at);
          for (const folder of held.values()) {
            if (folder.owner !== null && whole.includes(folder.owner)) folder.owner = null;
            if (folder.parent !== null && !held.has(folder.parent)) folder.parent = null;
          }
          const stays = [...held.keys()];
          expect(await rowsOf("select id from files order by id")).toEqual(stays.map((id) => ({ id })));
          expect(await rowsOf("select * from folders order by id")).toEqual(
            stays.map((id) => ({ id, ...held.get(id) })),
          );
        }
      }),
      { numRuns: inject("isThorough") ? 60 : 6 },
    );
  });
});

describe("of any rows with any owners, one stays as long as a way leads to somebody", () => {
  const names = ["ann", "bob", "cyd"] as const;
  const owner = fc.option(fc.integer({ min: 1, max: 3 }));
  const world = fc.record({
    rows: fc.array(fc.tuple(owner, owner, owner), { maxLength: 6 }),
    order: fc.shuffledSubarray([1, 2, 3], { minLength: 1 }),
    together: fc.boolean(),
  });
  const map: DataMap = {
    ...mapOf(
      table("notes", {
        belongs: ["a", "b", "c"].map((column) => ({ references: "users", on: { [column]: "id" } })),
        kept: {},
      }),
    ),
    unlink: ["a", "b", "c"].map((column) => ({ table: "notes", columns: [column], reason: "It stays" })),
  };

  it("and of whoever is left", async () => {
    await fc.assert(
      fc.asyncProperty(world, async ({ rows, order, together }) => {
        await make(
          `create table notes (id int primary key, a int references users, b int references users, c int references users)`,
        );
        for (const [at, row] of rows.entries()) {
          await database.pool.query("insert into notes values ($1, $2, $3, $4)", [at, ...row]);
        }
        const source = sourceOf(map);
        const gone = new Set<number | null>([null]);
        for (const whole of together ? [order] : order.map((each) => [each])) {
          const people = whole.map((each) => named(names[each - 1] ?? ""));
          const outcomes = together
            ? orThrow((await source.eraseMany?.(people, callFor())) ?? unable())
            : [orThrow((await source.erase?.(people[0] ?? unable(), callFor())) ?? unable())];
          const before = rows.filter((row) => row.some((each) => !gone.has(each)));
          const theirs = whole.map((who) => before.filter((row) => row.includes(who) && !gone.has(who)));
          for (const who of whole) gone.add(who);
          const isLeft = (row: readonly (number | null)[]) => row.some((each) => !gone.has(each));
          expect(
            outcomes.map(
              (each) => told(each).find(([name, what]) => name === "notes" && what === "kept")?.[2] ?? 0,
            ),
          ).toEqual(theirs.map((each) => each.filter(isLeft).length));
          expect(await rowsOf("select a, b, c from notes order by id")).toEqual(
            rows.flatMap((row) => {
              const [a, b, c] = row.map((each) => (gone.has(each) ? null : each));
              // What was nobody's from the beginning stays as it was.
              return isLeft(row) || row.every((each) => each === null) ? [{ a, b, c }] : [];
            }),
          );
        }
      }),
      { numRuns: inject("isThorough") ? 300 : 8 },
    );
  });
});
