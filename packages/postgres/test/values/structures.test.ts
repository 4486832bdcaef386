import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { sql } from "../../src/sql/sql.ts";
import { readTypes } from "../../src/values/types.ts";
import { valueReader } from "../../src/values/value-reader.ts";
import { deepList } from "./samples.ts";
import { type Opened, readerOf, readOne, servers } from "./servers.ts";

describe.each(Object.entries(servers))("what types are made of, on %s", (_, open) => {
  let server: Opened;
  beforeAll(async () => {
    server = await open();
    await server.database.query(sql`create schema "Odd ""Schema"`);
    await server.database.query(
      sql`create type "Odd ""Schema"."Mood, (x)" as enum ('happy', '"quoted", {x}', 'NULL')`,
    );
    await server.database.query(sql`create domain whole as bigint check (value > 0)`);
    await server.database.query(sql`create domain small_whole as whole`);
    await server.database.query(sql`create domain wholes as small_whole[]`);
    await server.database.query(
      sql`create type address as ("Straße, ""Nr""" text, "__proto__" jsonb, since date)`,
    );
    await server.database.query(sql`create domain home as address`);
    await server.database.query(
      sql`create type person as (born timestamptz, homes home[], mood "Odd ""Schema"."Mood, (x)", "1" wholes)`,
    );
    await server.database.query(sql`create type nothing as ()`);
    await server.database.query(sql`create type one as (a text)`);
    await server.database.query(
      sql`create type span as range (subtype = timestamptz, multirange_type_name = spans)`,
    );
  });
  afterAll(() => server.close());

  it("arrays have any bounds and dimensions, and know NULL from its name", async () => {
    const { database } = server;
    const read = (type: ReturnType<typeof sql>, text: string) =>
      readOne(database, type, sql`${text}::${type}`);
    expect(await read(sql`int[]`, "{}")).toEqual([]);
    expect(await read(sql`int[]`, "[2:3]={1,2}")).toEqual([1, 2]);
    expect(await read(sql`int[]`, "[-1:0][7:7]={{1},{NULL}}")).toEqual([[1], [null]]);
    expect(await read(sql`int[]`, "{{{{{{1,2}}}}}}")).toEqual([[[[[[1, 2]]]]]]);
    expect(await read(sql`text[]`, '{NULL,"NULL","null","","{}"," a ","\\"","\\\\",b c}')).toEqual([
      null,
      "NULL",
      "null",
      "",
      "{}",
      " a ",
      '"',
      "\\",
      "b c",
    ]);
    expect(await read(sql`text[]`, '[0:1]={"[1:2]={a}","="}')).toEqual(["[1:2]={a}", "="]);
    expect(await read(sql`box[]`, "{(3,4),(1,2);NULL;(7,8),(5,6)}")).toEqual([
      "(3,4),(1,2)",
      null,
      "(7,8),(5,6)",
    ]);
    expect(await read(sql`point[]`, '{"(1,2)"}')).toEqual(["(1,2)"]);
    expect(await read(sql`bytea[]`, '{"\\\\x00ff"}')).toEqual([new Uint8Array([0, 255])]);
    expect(await read(sql`int4range[]`, '{"[1,3)",empty}')).toEqual(["[1,3)", "empty"]);
  });

  it("composites are objects, also within domains, arrays and one another", async () => {
    const { database } = server;
    const person = await readOne(
      database,
      sql`person`,
      sql`row('2026-11-23 10:00:00.5+02',
      array[row('Kungsgatan 1, "B"', '{"a": 12345678901234567890}', '0044-03-15 BC')::address::home, null,
        row('', null, null)::address::home],
      'NULL', array[1, 9007199254740993])::person`,
    );
    expect(person).toStrictEqual({
      born: "2026-11-23T08:00:00.5Z",
      homes: [
        Object.fromEntries([
          ['Straße, "Nr"', 'Kungsgatan 1, "B"'],
          ["__proto__", { a: 12345678901234567890n }],
          ["since", "0044-03-15 BC"],
        ]),
        null,
        Object.fromEntries([
          ['Straße, "Nr"', ""],
          ["__proto__", null],
          ["since", null],
        ]),
      ],
      mood: "NULL",
      "1": [1n, 9007199254740993n],
    });
  });

  it("NULL is not a composite of NULLs, nor is that an empty one", async () => {
    const { database } = server;
    expect(await readOne(database, sql`one`, sql`null`)).toBeNull();
    expect(await readOne(database, sql`one`, sql`row(null)::one`)).toEqual({ a: null });
    expect(await readOne(database, sql`one`, sql`row('')::one`)).toEqual({ a: "" });
    expect(await readOne(database, sql`nothing`, sql`row()::nothing`)).toEqual({});
    expect(await readOne(database, sql`one[]`, sql`array[null, row(null)::one]`)).toEqual([
      null,
      { a: null },
    ]);
  });

  it("enums, domains, and ranges of one's own are read", async () => {
    const { database } = server;
    const mood = sql`"Odd ""Schema"."Mood, (x)"`;
    expect(
      await readOne(database, sql`${mood}[]`, sql`${["happy", '"quoted", {x}', "NULL", null]}::${mood}[]`),
    ).toEqual(["happy", '"quoted", {x}', "NULL", null]);
    expect(await readOne(database, sql`small_whole`, sql`5`)).toBe(5n);
    expect(await readOne(database, sql`wholes`, sql`array[5, null]`)).toEqual([5n, null]);
    expect(await readOne(database, sql`span`, sql`span('2026-11-23 10:00:00+02', null)`)).toBe(
      '["2026-11-23 08:00:00+00",)',
    );
    expect(await readOne(database, sql`spans`, sql`spans(span(null, 'infinity'))`)).toBe("{(,infinity)}");
  });

  it("an attribute that was dropped is not looked for, and one that was added later is noticed", async () => {
    const { database } = server;
    await database.query(sql`create table changing (a int, b text, c date)`);
    await database.query(sql`create table snapshots (value changing)`);
    await database.query(sql`insert into snapshots values (row(1, 'x, y', '2026-11-23')::changing)`);
    const before = await readerOf(database, "snapshots", ["value"]);
    expect(await before()).toEqual([[{ a: 1, b: "x, y", c: "2026-11-23" }]]);
    await database.query(sql`alter table changing drop column a`);
    await expect(before()).rejects.toThrow(/changing/);
    const after = await readerOf(database, "snapshots", ["value"]);
    expect(await after()).toEqual([[{ b: "x, y", c: "2026-11-23" }]]);
  });

  it("what is nested deeper than an export may be stays text", async () => {
    const { database } = server;
    const deep = (levels: number) => JSON.parse(deepList(levels));
    expect(await readOne(database, sql`json`, sql`${deepList(32)}::json`)).toEqual(deep(32));
    expect(await readOne(database, sql`json`, sql`${deepList(33)}::json`)).toBe(deepList(33));
    expect(await readOne(database, sql`jsonb[]`, sql`array[${deepList(31)}::jsonb]`)).toEqual([deep(31)]);
    expect(await readOne(database, sql`jsonb[]`, sql`array[${deepList(32)}::jsonb]`)).toBe(
      `{${deepList(32)}}`,
    );
    expect(await readOne(database, sql`jsonb[]`, sql`array[${deepList(33)}::jsonb]`)).toEqual([deepList(33)]);
  });

  it("text that is cut off or goes on is an error, wherever that is", async () => {
    const { database } = server;
    const [row] = await database.query(sql`select 'person'::regtype::oid::text as person,
      'person[]'::regtype::oid::text as people, 'text[]'::regtype::oid::text as texts`);
    const texts = {
      people: '[0:0]={"(\\"2026-11-23 10:00:00+00\\",\\"{}\\",NULL,{1})"}',
      person: '("2026-11-23 10:00:00+00","{""(a,,2026-11-23)"",NULL}",,"{1,2}")',
      texts: '{{a,"b\\"c"},{NULL,""}}',
    };
    for (const [type, text] of Object.entries(texts)) {
      const oid = Number(row?.[type]);
      const read = valueReader(await readTypes(database, [oid]), oid);
      expect(read(text)).toBeTypeOf("object");
      for (let length = 0; length < text.length; length += 1) {
        expect(() => read(text.slice(0, length)), text.slice(0, length)).toThrow(
          /is not written as expected/,
        );
      }
      expect(() => read(`${text} `)).toThrow(/is not written as expected/);
      expect(() => read(`${text}${text}`)).toThrow(/is not written as expected/);
    }
  });

  it("text that no value of a built-in type has is an error without it", async () => {
    const { database } = server;
    const wrong = {
      bool: ["", "yes", "TRUE"],
      bytea: ["", "Ada", "\\x0", "\\x0g", "\\xAda Lovelace"],
      int4: ["", "1.5", "1e3", "0x1", " 1", "Infinity"],
      int8: ["", "1.0", "0x1", "1n"],
      float8: ["", "inf", "0x1", "1,5", " "],
      date: ["", "23.11.2026", "11/23/2026", "2026-11-23 10:00:00"],
      timestamp: ["2026-11-23", "23.11.2026 10:00:00", "2026-11-23 10:00:00+00", "Mon Nov 23 10:00:00 2026"],
      timestamptz: ["2026-11-23 10:00:00", "2026-11-23 10:00:00+05:45", "2026-11-23 10:00:00 UTC"],
    };
    for (const [type, texts] of Object.entries(wrong)) {
      const [row] = await database.query(sql`select ${type}::regtype::oid::text as oid`);
      const oid = Number(row?.["oid"]);
      const read = valueReader(await readTypes(database, [oid]), oid);
      for (const text of texts)
        expect(() => read(text), text).toThrow(/^A value of the type \w+ is not written/);
    }
  });

  it("a type that is not there is an error, not text", async () => {
    const { database } = server;
    await expect(readTypes(database, [23, 4294967295])).rejects.toThrow(/4294967295/);
    const types = await readTypes(database, [23, 23]);
    expect([...types.keys()]).toEqual([23]);
    expect(() => valueReader(types, 25)).toThrow(/25/);
    expect((await readTypes(database, [])).size).toBe(0);
  });
});
