import { describe, expect, it } from "vitest";
import { type Case, liveDatabase, mapOf, mapped, people, peopleTable } from "./live.ts";

const live = liveDatabase();

const orders = (clause: string, column = "person int") =>
  `${peopleTable} create table orders (id int primary key, ${column} references people ${clause}, text text);`;
const through = { references: "people", on: { person: "id" } } as const;
const own = { column: "email", identifier: "email", identifies: true } as const;
const byText = { column: "text", identifier: "order-number" } as const;
const anonymised = { text: { anonymise: { constant: "gone" } } } as const;
const unlink = [{ table: "orders", columns: ["person"], reason: "Somebody else's" }];

const cases: Case[] = [
  ...(["no action", "restrict"] as const).map(
    (action) =>
      ({
        name: `${action} from a table that is not mapped`,
        schema: orders(`on delete ${action}`),
        map: mapOf([people]),
        expected: [["blocked-by-foreign-key", "public.orders", "person"]],
      }) satisfies Case,
  ),
  {
    name: "a cascade to a table that is not mapped",
    schema: orders("on delete cascade"),
    map: mapOf([people]),
    expected: [["cascade-takes-unmapped", "public.orders", "person"]],
  },
  {
    name: "no problem in SET NULL",
    schema: orders("on delete set null"),
    map: mapOf([people]),
    expected: [],
  },
  {
    name: "SET NULL where NULL is not allowed",
    schema: orders("on delete set null", "person int not null"),
    map: mapOf([people]),
    expected: [["blocked-by-foreign-key", "public.orders", "person"]],
  },
  {
    name: "SET DEFAULT, which hands rows to whoever the default is",
    schema: orders("on delete set default", "person int not null default 1"),
    map: mapOf([people]),
    expected: [["default-takes-over", "public.orders", "person"]],
  },
  {
    name: "no problem in SET DEFAULT where the map says why that is fine",
    schema: orders("on delete set default", "person int not null default 0"),
    map: mapOf([{ ...people, triggers: { orders_person_fkey: "Number 0 is nobody" } }]),
    expected: [],
  },
  {
    name: "SET DEFAULT where there is none, and NULL is not allowed",
    schema: orders("on delete set default", "person int not null"),
    map: mapOf([people]),
    expected: [["blocked-by-foreign-key", "public.orders", "person"]],
  },
  ...[
    ["", "on delete set null"],
    ["", "on delete set default"],
    ["anonymise", ""],
    ["anonymise", "on delete cascade"],
  ].flatMap(([erasure, action]): Case[] => {
    const schema = `${peopleTable} create table streets (id int primary key, name text);
      create table homes (person int references people, street int references streets);
      create table stores (id int primary key, street int ${action === "" ? "" : "default null"} references streets ${action});`;
    const streets = mapped("streets", {
      belongs: { referencedBy: "homes" },
      ...(erasure === "anonymise" && { erasure, columns: { name: { anonymise: "null" } } }),
    });
    const homes = mapped("homes", {
      belongs: { references: "people" },
      // A home that is gone points nowhere.
      columns: {},
    });
    const map = mapOf([people, homes, streets]);
    const owner = { column: "street", identifier: "store-street" } as const;
    const what = `what somebody shares whom the map leaves out (${erasure} ${action})`;
    return [
      { name: what, schema, map, expected: [["sharer-left-out", "public.stores", "street"]] },
      {
        name: `${what}, also where that is mapped`,
        schema,
        map: mapOf([people, homes, streets, mapped("stores", { belongs: owner })]),
        expected: [["sharer-left-out", "public.stores", "street"]],
      },
      {
        name: `no problem in ${what}, where it is unlinked`,
        schema,
        map: { ...map, unlink: [{ table: "stores", columns: ["street"], reason: "It moves" }] },
        expected: [],
      },
      {
        name: `no problem in ${what}, where it is waived`,
        schema,
        map: { ...map, waivers: [{ table: "stores", column: "street", reason: "It moves" }] },
        expected: [],
      },
      {
        name: `no problem in ${what}, where it is counted`,
        schema,
        map: mapOf([
          people,
          homes,
          mapped("stores", { belongs: owner }),
          { ...streets, belongs: [{ referencedBy: "homes" }, { referencedBy: "stores" }] },
        ]),
        expected: [],
      },
    ];
  }),
  { name: "no problem where it is unlinked", schema: orders(""), map: mapOf([people], unlink), expected: [] },
  {
    name: "no problem in rows that go too",
    schema: orders("on delete restrict"),
    map: mapOf([people, mapped("orders", { belongs: through })]),
    expected: [],
  },
  {
    name: "no problem in a cascade to rows that go too",
    schema: orders("on delete cascade"),
    map: mapOf([people, mapped("orders", { belongs: through })]),
    expected: [],
  },
  {
    name: "a child that is mapped for another category",
    schema: orders(""),
    map: mapOf([
      mapped("people", { belongs: people.belongs, category: ["customer-data", "user-data"] }),
      mapped("orders", { belongs: through, category: "user-data" }),
    ]),
    expected: [["blocked-by-foreign-key", "public.orders", "person"]],
  },
  {
    name: "a cascade to rows that are anonymised",
    schema: orders("on delete cascade"),
    map: mapOf([people, mapped("orders", { belongs: through, erasure: "anonymise", columns: anonymised })]),
    expected: [["cascade-takes-kept", "public.orders", "person"]],
  },
  {
    name: "anonymised rows that block",
    schema: orders(""),
    map: mapOf([people, mapped("orders", { belongs: through, erasure: "anonymise", columns: anonymised })]),
    expected: [["blocked-by-foreign-key", "public.orders", "person"]],
  },
  {
    name: "no problem where the reference is anonymised to NULL",
    schema: orders("on delete cascade"),
    map: mapOf([
      people,
      mapped("orders", {
        belongs: through,
        erasure: "anonymise",
        columns: { ...anonymised, person: { anonymise: "null" } },
      }),
    ]),
    expected: [],
  },
  {
    name: "a cascade to rows of others",
    schema: orders("on delete cascade"),
    map: mapOf([people, mapped("orders", { belongs: byText })]),
    expected: [["cascade-takes-others", "public.orders", "person"]],
  },
  {
    name: "rows of others that block",
    schema: orders(""),
    map: mapOf([people, mapped("orders", { belongs: byText })]),
    expected: [["blocked-by-foreign-key", "public.orders", "person"]],
  },
  {
    name: "no problem in rows of others that are unlinked",
    schema: orders("on delete cascade"),
    map: mapOf(
      [people, mapped("orders", { belongs: byText, erasure: "anonymise", columns: anonymised })],
      unlink,
    ),
    expected: [],
  },
  {
    name: "answers of others to a comment",
    schema: "create table comments (id int primary key, email text, parent int references comments);",
    map: mapOf([mapped("comments", { belongs: people.belongs })]),
    expected: [["blocked-by-foreign-key", "public.comments", "parent"]],
  },
  {
    name: "no problem where the answers belong too",
    schema: "create table comments (id int primary key, email text, parent int references comments);",
    map: mapOf([mapped("comments", { belongs: [own, { references: "comments" }] })]),
    expected: [],
  },
  {
    name: "no problem in a circle of two tables",
    schema: `${peopleTable} create table orders (id int primary key, person int not null references people);
      alter table people add favourite int references orders;`,
    map: mapOf([
      mapped("people", { belongs: [own, { references: "orders" }] }),
      mapped("orders", { belongs: { references: "people" } }),
    ]),
    expected: [],
  },
  {
    name: "foreign keys from and to partitions",
    schema: `create table people (id int primary key, email text) partition by range (id);
      create table people_1 partition of people for values from (0) to (100);
      create table orders (id int primary key, person int references people);
      create table notes (id int primary key, person int references people_1 on delete cascade);
      create table visits (id int primary key, person int) partition by range (id);
      create table visits_1 partition of visits for values from (0) to (100);
      alter table visits_1 add constraint own foreign key (person) references people;`,
    map: mapOf([people, mapped("visits", { belongs: through })]),
    expected: [
      ["blocked-by-foreign-key", "public.orders", "person"],
      ["cascade-takes-unmapped", "public.notes", "person"],
    ],
  },
  {
    name: "a retained row whose time comes before that of what points at it",
    schema: `create table people (id int primary key, email text); create table orders (id int primary key, person int references people);
      create table carts (id int primary key, person int references people on delete cascade);`,
    map: mapOf([
      mapped("people", {
        belongs: people.belongs,
        erasure: { retain: { reason: "§ 147 AO", until: "2030-12-31" } },
      }),
      mapped("orders", {
        belongs: through,
        erasure: { retain: { reason: "§ 147 AO", until: "2029-12-31" } },
      }),
      mapped("carts", { belongs: through, erasure: { retain: { reason: "§ 147 AO", until: "2031-12-31" } } }),
    ]),
    expected: [
      ["cascade-takes-kept", "public.carts", "person"],
      ["retained-out-of-reach", "public.carts", null],
    ],
  },
  {
    name: "what unlinking cannot do",
    schema: `${peopleTable} create table orders (id int primary key, person int not null references people, agent int references people);`,
    map: mapOf(
      [people, mapped("orders", { belongs: { references: "people", on: { agent: "id" } } })],
      [
        { table: "orders", columns: ["person"], reason: "x" },
        { table: "orders", columns: ["agent"], reason: "x" },
      ],
    ),
    expected: [
      ["unlink-impossible", "public.orders", "person"],
      ["unlink-impossible", "public.orders", "agent"],
    ],
  },
  {
    name: "rows kept for a date that nobody could find again",
    schema: `${peopleTable} create table orders (id int primary key, person int references people on delete set null, at date not null);`,
    map: mapOf([
      people,
      mapped("orders", {
        belongs: through,
        erasure: { retain: { reason: "§ 147 AO", until: { column: "at", years: 10 } } },
      }),
    ]),
    expected: [["retained-out-of-reach", "public.orders", null]],
  },
  {
    name: "a root that is anonymised, and one that is matched by what stays",
    schema: `${peopleTable} create table orders (id int primary key, person int references people, at timestamptz not null);`,
    map: mapOf([
      mapped("people", {
        belongs: people.belongs,
        columns: { email: { anonymise: "hash" }, name: { anonymise: "null" } },
        erasure: "anonymise",
      }),
      mapped("orders", {
        belongs: through,
        erasure: { retain: { reason: "§ 147 AO", until: { column: "at", years: 10 } } },
      }),
    ]),
    expected: [["retained-out-of-reach", "public.orders", null]],
  },
  {
    name: "no problem in rows that a number that stays leads to",
    schema: `${peopleTable} create table orders (id int primary key, person int references people, at timestamptz not null);`,
    map: mapOf([
      mapped("people", {
        belongs: [...[people.belongs].flat(), { column: "number", identifier: "customer-number" }],
        columns: { email: { anonymise: "hash" }, name: { anonymise: "null" } },
        erasure: "anonymise",
      }),
      mapped("orders", {
        belongs: through,
        erasure: { retain: { reason: "§ 147 AO", until: { column: "at", years: 10 } } },
      }),
    ]),
    expected: [],
  },
  ...[
    ["at text not null", "which is text"],
    ["at date", "which may be NULL"],
  ].map(
    ([column, what]): Case => ({
      name: `a date that a retention counts from, ${what}`,
      schema: `create table people (id int primary key, email text, ${column});`,
      map: mapOf([
        mapped("people", {
          belongs: people.belongs,
          erasure: { retain: { reason: "§ 147 AO", until: { column: "at", years: 10 } } },
        }),
      ]),
      expected: [["retention-without-date", "public.people", "at"]],
    }),
  ),
];

describe("foreign keys and retention", () => {
  for (const each of cases) it(`find ${each.name}`, () => live.expectProblems(each));

  it("say which category a table is missing in", async () => {
    const found = cases.find(({ name }) => name.includes("another category"));
    await live.reset(found?.schema ?? "");
    const [problem] = (await live.check(found?.map ?? mapOf([]))).problems;
    expect(problem?.message).toContain("(customer-data)");
    expect(problem?.message).toContain("other categories only");
  });
});

describe("what is told does happen", () => {
  const two =
    "insert into people (id, email) values (1, 'ada@example.org'); insert into orders (id, person) values (1, 1);";

  it("a blocked deletion fails", async () => {
    await live.reset(orders("") + two);
    await expect(live.pool().query("delete from people")).rejects.toMatchObject({ code: "23503" });
  });

  it("a cascade takes rows along", async () => {
    await live.reset(orders("on delete cascade") + two);
    await live.pool().query("delete from people");
    expect((await live.pool().query("select * from orders")).rows).toEqual([]);
  });

  it.each(["no action", "restrict", "cascade"])(
    "with NULL in the same statement, %s does nothing",
    async (action) => {
      await live.reset(orders(`on delete ${action}`) + two);
      await live
        .pool()
        .query("with gone as (delete from people), freed as (update orders set person = null) select");
      expect((await live.pool().query("select id, person from orders")).rows).toEqual([
        { id: 1, person: null },
      ]);
    },
  );
});
