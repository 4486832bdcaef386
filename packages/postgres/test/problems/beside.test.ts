import { describe, expect, it } from "vitest";
import { databaseOf } from "../../src/database/database.ts";
import { checkMap } from "../../src/problems/check-map.ts";
import { byEmail, type Case, liveDatabase, mapOf, mapped, people, peopleTable } from "./live.ts";

const live = liveDatabase();

const log = "create table log (text text);";
const trigger = (body: string, when: string, more = "") => `${peopleTable} ${log}
  create function run() returns trigger language plpgsql as $_$ ${body} $_$;
  create trigger "On It" ${when} on people for each row ${more} execute function run();`;
const writes = "begin insert into log values (old.email); return null; end";
const stamps = "begin /* update log */ new.note := lower(E'it\\'s insert ' || now()); return new; end";
const anonymised = mapped("people", {
  belongs: byEmail,
  erasure: "anonymise",
  columns: { name: { anonymise: "null" } },
});

const cases: Case[] = [
  {
    name: "a trigger that writes when rows are deleted",
    schema: trigger(writes, "after delete"),
    map: mapOf([people]),
    expected: [["trigger", "public.people", null]],
  },
  {
    name: "no problem where the map says why it is fine",
    schema: trigger(writes, "after delete"),
    map: mapOf([{ ...people, triggers: { "On It": "The log is mapped" } }]),
    expected: [],
  },
  {
    name: "a name that no trigger has",
    schema: peopleTable,
    map: mapOf([{ ...people, triggers: { "On It": "The log is mapped" } }]),
    expected: [["trigger", "public.people", null]],
  },
  {
    name: "no problem in an update where rows are deleted",
    schema: trigger(writes, "after update"),
    map: mapOf([people]),
    expected: [],
  },
  {
    name: "a trigger that writes when rows are updated",
    schema: trigger(writes, "after update"),
    map: mapOf([anonymised]),
    expected: [["trigger", "public.people", null]],
  },
  {
    name: "no problem in the update of another column",
    schema: trigger(writes, "after update of note, number"),
    map: mapOf([anonymised]),
    expected: [],
  },
  {
    name: "no problem in a trigger that only changes its row",
    schema: trigger(stamps, "before update"),
    map: mapOf([anonymised]),
    expected: [],
  },
  {
    name: "no problem in one that is disabled",
    schema: `${trigger(writes, "after delete")} alter table people disable trigger "On It"`,
    map: mapOf([people]),
    expected: [],
  },
  {
    name: "no problem in PostgreSQL's own for texts to be searched",
    schema: `${peopleTable} alter table people add search tsvector; create trigger search before update on people for each row
      execute function tsvector_update_trigger(search, 'pg_catalog.simple', note)`,
    map: mapOf([anonymised]),
    expected: [],
  },
  ...(["search", "Suche ö"] as const).flatMap((search) =>
    (
      [
        [
          "'pg_catalog.simple', name",
          "before insert or update",
          ["generated-column", "public.people", search],
        ],
        ["'pg_catalog.simple', note", "before update of name", ["generated-column", "public.people", search]],
        ["'pg_catalog.simple', name", "before insert", null],
        ["'pg_catalog.simple', name", "before update of note", null],
      ] as const
    ).map(([from, when, problem]) => ({
      name: `${problem === null ? "no problem in " : ""}an anonymised "${search}" that PostgreSQL's own trigger fills ${when} from ${from}`,
      schema: `${peopleTable} alter table people add "${search}" tsvector; create trigger words ${when} on people for each row
        execute function tsvector_update_trigger('${search}', ${from})`,
      map: mapOf([
        { ...anonymised, columns: { ...anonymised.columns, [search]: { anonymise: "null" } as const } },
      ]),
      expected: problem === null ? [] : [problem],
    })),
  ),
  {
    name: "a trigger of a partition",
    schema: `create table people (id int, email text) partition by range (id); ${log}
      create table one partition of people for values from (0) to (9);
      create function run() returns trigger language plpgsql as $_$ ${writes} $_$;
      create trigger t after delete on one for each row execute function run();`,
    map: mapOf([people]),
    expected: [["trigger", "public.people", null]],
  },
  ...["after delete on people", "after insert on people", "after insert on rest"].map((when) => ({
    name: `a trigger ${when}, where what is anonymised takes a row to another partition`,
    schema: `create table people (id int, email text, name text) partition by list (name); ${log}
      create table one partition of people for values in ('Ann'); create table rest partition of people default;
      create function run() returns trigger language plpgsql as $_$ ${writes} $_$;
      create trigger t ${when} for each row execute function run();`,
    map: mapOf([anonymised]),
    expected: [["trigger", "public.people", null] as const],
  })),
  {
    name: "a trigger where an expression of what is anonymised takes a row to another partition",
    schema: `create table people (id int, email text, name text) partition by list (lower(name)); ${log}
      create table rest partition of people default;
      create function run() returns trigger language plpgsql as $_$ ${writes} $_$;
      create trigger t after delete on people for each row execute function run();`,
    map: mapOf([anonymised]),
    expected: [["trigger", "public.people", null]],
  },
  ...["new.note := 'gone'", "new := jsonb_populate_record(new, '{}')"].map((assignment) => ({
    name: `a trigger, where another takes a row to another partition: ${assignment}`,
    schema: `create table people (id int, email text, name text, note text) partition by list (note); ${log}
      create table gone partition of people for values in ('gone'); create table rest partition of people default;
      create function mark() returns trigger language plpgsql as $_$ begin ${assignment}; return new; end $_$;
      create trigger mark before update on people for each row execute function mark();
      create function run() returns trigger language plpgsql as $_$ ${writes} $_$;
      create trigger t after delete on people for each row execute function run();`,
    map: mapOf([{ ...anonymised, triggers: { mark: "It says that the row was changed" } }]),
    expected: [["trigger", "public.people", null] as const],
  })),
  {
    name: "a trigger that moves the date from which rows are retained",
    schema: `create table people (id int primary key, email text, name text, changed date not null);
      create function run() returns trigger language plpgsql as $_$ begin new.changed := now(); return new; end $_$;
      create trigger t before update on people for each row execute function run();`,
    map: mapOf([
      {
        ...anonymised,
        belongs: [byEmail, { column: "id", identifier: "customer-number" }],
        erasure: { retain: { reason: "§ 147 AO", until: { column: "changed", years: 10 } } },
      },
    ]),
    expected: [["retention-without-date", "public.people", "changed"]],
  },
  {
    name: "columns that only an inheriting table has, where rows are made anonymous",
    schema: `${peopleTable} create table patients (diagnosis text) inherits (people);
      create table guests (diagnosis text) inherits (people); alter table guests no inherit people`,
    map: mapOf([anonymised]),
    expected: [["columns-of-children", "public.patients", "diagnosis"]],
  },
  {
    name: "no problem in such columns, where the rows go",
    schema: `${peopleTable} create table patients (diagnosis text) inherits (people)`,
    map: mapOf([people]),
    expected: [],
  },
  {
    name: "no problem in a deletion, where rows stay in their partition, or where it runs for statements",
    schema: `create table people (id int, email text, name text, note text) partition by list (name); ${log}
      create table rest partition of people default;
      create function run() returns trigger language plpgsql as $_$ ${writes} $_$;
      create trigger t after delete on people for each statement execute function run();
      create table notes (id int, email text, name text) partition by list (id);
      create trigger t after delete on notes for each row execute function run();`,
    map: mapOf([anonymised, { ...anonymised, table: "notes", title: "notes" }]),
    expected: [],
  },
  {
    name: "a trigger that takes over what stood in the row",
    schema: trigger("begin new.note := old.name; return new; end", "before update"),
    map: mapOf([anonymised]),
    expected: [["trigger", "public.people", null]],
  },
  {
    name: "no problem in one that takes over what stays anyway",
    schema: trigger("begin new.note := old.number; return new; end", "before update"),
    map: mapOf([anonymised]),
    expected: [],
  },
  {
    name: "a condition that calls a function of its own",
    schema: `${peopleTable} ${log} create function audit(text) returns boolean language plpgsql as $_$
        begin insert into log values ($1); return true; end $_$;
      create function run() returns trigger language plpgsql as $_$ begin return null; end $_$;
      create trigger t after update on people for each row when (audit(old.email)) execute function run();`,
    map: mapOf([anonymised]),
    expected: [["trigger", "public.people", null]],
  },
  {
    name: "a trigger for a column that is computed from what is anonymised",
    schema: `${peopleTable} ${log} alter table people add low text generated always as (lower(name)) stored;
      create function run() returns trigger language plpgsql as $_$ ${writes} $_$;
      create trigger t after update of low on people for each row execute function run();`,
    map: mapOf([anonymised]),
    expected: [["trigger", "public.people", null]],
  },
  {
    name: "a trigger two foreign keys away from what is anonymised",
    schema: `create table people (id int primary key, email text, name text unique); ${log}
      create table one (name text primary key references people (name) on update cascade);
      create table two (name text references one on update cascade);
      create function run() returns trigger language plpgsql as $_$ ${writes} $_$;
      create trigger t after update on two for each row execute function run();`,
    map: mapOf([
      mapped("people", { belongs: byEmail, erasure: "anonymise", columns: { name: { anonymise: "hash" } } }),
    ]),
    expected: [["trigger", "public.two", null]],
  },
  {
    name: "a trigger where rows are unlinked, in a table that is not mapped",
    schema: `${peopleTable} ${log} create table tickets (id int primary key, agent int references people);
      create function run() returns trigger language plpgsql as $_$ ${writes} $_$;
      create trigger t after update on tickets for each row execute function run();`,
    map: mapOf([people], [{ table: "tickets", columns: ["agent"], reason: "Somebody else's" }]),
    expected: [["trigger", "public.tickets", null]],
  },
  {
    name: "no problem where unlinking says why it is fine",
    schema: `${peopleTable} ${log} create table tickets (id int primary key, agent int references people);
      create function run() returns trigger language plpgsql as $_$ ${writes} $_$;
      create trigger t after update on tickets for each row execute function run();`,
    map: mapOf(
      [people],
      [{ table: "tickets", columns: ["agent"], reason: "Somebody else's", triggers: { t: "No names" } }],
    ),
    expected: [],
  },
  {
    name: "a trigger where a foreign key sets NULL, in a table that is not mapped",
    schema: `${peopleTable} ${log} create table tickets (id int primary key, agent int references people on delete set null);
      create function run() returns trigger language plpgsql as $_$ ${writes} $_$;
      create trigger t after update on tickets for each row execute function run();`,
    map: mapOf([people]),
    expected: [["trigger", "public.tickets", null]],
  },
  {
    name: "no problem where a foreign key would set NULL in rows that all go",
    schema: `${peopleTable} ${log} create table tickets (id int primary key, agent int references people on delete set null);
      create function run() returns trigger language plpgsql as $_$ ${writes} $_$;
      create trigger t after update on tickets for each row execute function run();`,
    map: mapOf([people, mapped("tickets", { belongs: { references: "people" } })]),
    expected: [],
  },
  {
    name: "a rule",
    schema: `${peopleTable} ${log} create rule r as on delete to people do also insert into log values (old.email);
      create rule u as on update to people do also nothing;`,
    map: mapOf([people]),
    expected: [["rule", "public.people", null]],
  },
  {
    name: "no problem in a rule with a reason",
    schema: `${peopleTable} ${log} create rule r as on delete to people do also insert into log values (old.email);`,
    map: mapOf([{ ...people, triggers: { r: "The log is mapped" } }]),
    expected: [],
  },
  {
    name: "credentials that would be handed out",
    schema: `create table people (id int primary key, email text, "apiKey" text, password_hash text, password_set_at date,
      pinned int, hashtag text, "zugangsSchlüssel" text, otp text);`,
    map: mapOf([
      mapped("people", {
        belongs: byEmail,
        columns: {
          apiKey: "exported",
          password_hash: "left-out",
          password_set_at: "exported",
          pinned: "exported",
          hashtag: "exported",
          zugangsSchlüssel: { because: "A number on a door" },
          otp: { export: true },
        },
      }),
    ]),
    expected: [
      ["credential-exported", "public.people", "apiKey"],
      ["credential-exported", "public.people", "otp"],
    ],
  },
];

describe("what runs beside, and what goes out", () => {
  for (const each of cases) it(`finds ${each.name}`, () => live.expectProblems(each));
});

describe("what the role may do", () => {
  const as = async (role: string) => {
    const pool = live.another({ options: `-c role=${role}` });
    const { problems } = await checkMap(
      mapOf(
        [
          mapped("people", {
            belongs: [byEmail, { column: "number", identifier: "customer-number" }],
            erasure: "anonymise",
            columns: { name: { anonymise: "null" }, note: "exported" },
          }),
          mapped("orders", { belongs: { references: "people" } }),
        ],
        [{ table: "tickets", columns: ["agent"], reason: "Somebody else's" }],
      ),
      databaseOf(pool),
    );
    await pool.end();
    return problems.map(({ code, table, column }) => [code, table, column]);
  };
  const role = `reader_${Math.random().toString(36).slice(2)}`;

  it("is checked column by column", async () => {
    await live.reset(`${peopleTable} create table orders (id int primary key, person int references people);
      create table tickets (id int primary key, agent int references people);
      create role ${role}; grant usage on schema public to ${role};`);
    try {
      await live.pool().query(`grant select (id, email, name) on people to ${role}`);
      expect(await as(role)).toEqual([
        ["missing-privilege", "public.people", "number"],
        ["missing-privilege", "public.people", "note"],
        ["missing-privilege", "public.people", "name"],
        ["missing-privilege", "public.orders", "id"],
        ["missing-privilege", "public.orders", "person"],
        ["missing-privilege", "public.orders", null],
        ["missing-privilege", "public.tickets", "agent"],
        ["missing-privilege", "public.tickets", "agent"],
      ]);
      await live.pool().query(`grant select, update on people, tickets to ${role};
        grant select, delete on orders to ${role};`);
      expect(await as(role)).toEqual([]);
      await live.pool().query("alter table people enable row level security");
      expect(await as(role)).toEqual([["row-security", "public.people", null]]);
      await live.pool().query(`alter table people disable row level security;
        revoke usage on schema public from ${role}`);
      expect((await as(role)).length).toBeGreaterThan(0);
    } finally {
      await live.pool().query(`drop owned by ${role}; drop role ${role}`);
    }
  });
});
