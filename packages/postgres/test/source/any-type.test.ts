import { orThrow, subjectOf } from "@subject-rights/core";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { type DataMap, postgresDataSource } from "../../src/index.ts";
import { createDatabase, type TestDatabase } from "../support/database.ts";
import { callFor } from "./people.ts";

let database: TestDatabase;
beforeAll(async () => {
  database = await createDatabase();
  await database.pool.query(`create schema extra; create extension citext schema extra;
    create collation any_case (provider = icu, locale = 'und-u-ks-level2', deterministic = false);
    create type plan as enum ('free', 'Free', '9', 'a b');
    create domain plans as plan; create domain amount as numeric(12, 2) check (value < 1000000);
    create domain address as inet; create domain code as char(8); create domain nick as extra.citext;
    create type pair as (one int, other int);
    create table logs (id serial primary key)`);
});
afterAll(() => database.drop());

const dataMap: DataMap = {
  tenant: { only: "tenant-one" },
  tables: [
    {
      table: "logs",
      title: "Logs",
      category: "customer-data",
      belongs: { column: "m", identifier: "no" },
      columns: { id: "exported", m: "exported" },
      erasure: "delete",
    },
  ],
};

const numbers = ["9", "009", " 9\n", "+9", "9.00", "90e-1", "9.5", "-9", "0", "0.0"];
const largest = ["9223372036854775808", "4294967296", "1e15"];
const noNumbers = [
  "",
  " ",
  "-",
  ".",

  "9e",

  "9x",
  "１",
  "1e400",
  "1e-400",
  "1e999999",
  "NaN",
  "-inf",
];
const decimals = [
  ...numbers,
  ...largest,
  ...noNumbers,
  "32768",
  "0.1",
  "1e39",
  "1e-50",
  "12345678901234567890",
];
const addresses = [
  ...[
    "10.0.0.1",
    "10.0.0.1/32",
    "010.000.0.1",
    "10.0.0.1/24",
    "10.0.0.0/24",
    "10.0.0/24",
    "10/8",
    "10.0.0.0/8",
  ],
  ...[
    "::1",
    "::1/128",
    "0:0:0:0:0:0:0:1",
    "::0001",
    "::1/64",
    "::/64",
    "2001:DB8::A",
    "2001:db8:0:0::a",
    "::",
  ],
  ...["::ffff:10.0.0.1", "::FFFF:a00:1", "1:2:3:4:5:6:7::", "1:2:3:4:5:6:7:0", "::ffff:010.0.0.1", "::%lo"],
  ...[
    "",
    "10",
    "10.0.0",
    "10.0.0.256",
    "10.0.0.1/33",
    "10.0.0.1/",
    "10.0.0.1/x",
    " 10.0.0.1",
    "::1/129",
    ":1",
    "x",
  ],
];
const uuids = [
  "aaaaaaaa-bbbb-4ccc-8ddd-000000000003",
  "AAAAAAAA-BBBB-4CCC-8DDD-000000000003",
  "{aaaaaaaabbbb4ccc8ddd000000000003}",
  "aaaa-aaaa-bbbb-4ccc-8ddd-0000-0000-0003",
  "aaaaaaaabbbb4ccc8ddd000000000004",
  "{aaaaaaaabbbb4ccc8ddd000000000003",
  " aaaaaaaabbbb4ccc8ddd000000000003",
  "aaaaaaaa-bbbb",
];
const texts = ["a b", "A B", "a b  ", " a b", "ß", "SS", "9", "009", "free", "Free", "FREE", "10.0.0.1"];

/** By types: what may be held and asked, and how the server itself compares what is held with a literal. */
const kinds: readonly (readonly [types: readonly string[], values: readonly string[], equality: string])[] = [
  // A number is the same one in every column of numbers, however a `numeric` or a `float` has written it.
  [["smallint", "int", "bigint"], decimals, "m = $$::numeric"],
  [["oid"], decimals, "m::bigint = $$::numeric"],
  [["numeric", "numeric(10,0)", "numeric(12,2)", "amount", "real", "double precision"], decimals, "m = $$"],
  [["inet", "cidr", "address"], addresses, "m = $$"],
  [["uuid"], uuids, "m = $$"],
  [["text", "varchar(20)", "char(8)", "bpchar", "code", "name"], texts, "m = $$"],
  [["text collate any_case", "char(8) collate any_case"], texts, "m = $$"],
  [["extra.citext"], texts, "m operator(extra.=) $$"],
  [["nick"], texts, "m::extra.citext operator(extra.=) $$"],
  [["plan", "plans"], texts, "m::plan = $$"],
];

const isThorough = inject("isThorough");
const quoted = (value: string) => `'${value.replaceAll("'", "''")}'`;

/** What the server finds; nothing where it says that a value is none of the type. */
const foundWhere = async (condition: string): Promise<readonly string[]> => {
  try {
    const found = `select m::text as m from logs where ${condition} order by id`;
    return (await database.pool.query<{ m: string }>(found)).rows.map(({ m }) => m);
  } catch {
    return [];
  }
};

describe("an identifier is compared as its column's type does", () => {
  for (const [types, values, equality] of kinds) {
    // Of each kind the first and the last, which is a domain, or the widest: those between are more of the same.
    const tried = isThorough ? types : types.filter((_, at) => [0, types.length - 1].includes(at));
    it.each(tried)("%s", async (type) => {
      const known = new Map<string, Promise<readonly string[]>>();
      const equalTo = (value: string) => {
        const found = known.get(value) ?? foundWhere(equality.replace("$$", () => quoted(value)));
        known.set(value, found);
        return found;
      };
      await database.pool.query(
        `truncate logs; alter table logs drop column if exists m; alter table logs add m ${type}`,
      );
      // Each by itself, and all in one statement: what is none of the type is left out.
      await database.pool.query(`do $$ declare each text; begin
        foreach each in array array[${values.map(quoted).join(", ")}]
          loop begin execute format('insert into logs (m) values (%L)', each); exception when others then end; end loop;
      end $$`);
      expect((await foundWhere("true")).length).toBeGreaterThan(1);
      const source = postgresDataSource({ client: database.pool, dataMap });
      expect(orThrow(await source.check())).toEqual([]);

      const subjects = values.map((value) => subjectOf([{ type: "no", value }]));
      const toldOf = orThrow((await source.identifyMany?.(subjects, callFor())) ?? expect.fail());
      for (const [index, asked] of values.entries()) {
        const found = await equalTo(asked);
        const [subject, told] = [subjects[index] ?? expect.fail(), toldOf[index] ?? expect.fail()];
        const located = orThrow((await source.locate?.(subject, callFor())) ?? expect.fail());
        expect(located[0]?.count, asked).toBe(found.length);
        if (isThorough || index % 4 === 0) {
          // By itself as among many.
          const alone = orThrow((await source.identify?.(subject, callFor())) ?? expect.fail());
          expect(new Set(alone.map(({ value }) => value)), asked).toEqual(
            new Set(told.map(({ value }) => value)),
          );
        }
        const naming = found.filter((value) => value.trim() !== "");
        expect(told.length > 0, asked).toBe(naming.length > 0);
        const names = new Set(told.map(({ value }) => value));
        if (values === texts) {
          // Each as it is written, for columns that compare otherwise.
          expect(names, asked).toEqual(new Set(naming));
        } else {
          // In one form, by which the same are found.
          for (const value of names) {
            expect(await equalTo(value), value).toEqual(found);
          }
        }
      }
    });
  }

  it.each([
    "money",
    "regclass",
    "macaddr",
    "bit(4)",
    "int[]",
    "int4range",
    "date",
    "pair",
    "json",
    "boolean",
  ])("or is refused: %s", async (type) => {
    await database.pool.query(`alter table logs drop column if exists m; alter table logs add m ${type}`);
    const source = postgresDataSource({ client: database.pool, dataMap });
    expect(orThrow(await source.check())).toMatchObject([{ code: "uncomparable", column: "m" }]);
  });
});
