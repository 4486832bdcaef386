import type { Value } from "@subject-rights/core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { join, name, type Sql, sql } from "../../src/sql/sql.ts";
import { samples, withoutInput } from "./samples.ts";
import { type Opened, readerOf, readOne, servers } from "./servers.ts";

const hostile: readonly (readonly [string, string])[] = [
  ["datestyle", "German, DMY"],
  ["intervalstyle", "sql_standard"],
  ["timezone", "Asia/Kathmandu"],
  ["bytea_output", "escape"],
  ["extra_float_digits", "-10"],
  ["quote_all_identifiers", "on"],
  ["xmlbinary", "hex"],
  ["xmloption", "document"],
];

describe.each(Object.entries(servers))("the built-in types on %s", (_, open) => {
  let server: Opened;
  let types: readonly string[];

  beforeAll(async () => {
    server = await open();
    const rows = await server.database.query(sql`select typname::text as type from pg_type
      where typnamespace = 'pg_catalog'::regnamespace and typtype in ('b', 'r', 'm') and typisdefined
        and typoutput <> 'array_out'::regproc order by oid`);
    types = rows.map(({ type }) => type ?? "");
  });
  afterAll(() => server.close());

  const isSupported = async (type: string): Promise<boolean> => {
    if (type !== "xml") return true;
    return server.database.query(sql`select '<a/>'::xml::text`).then(
      () => true,
      () => false,
    );
  };

  const used = async () => {
    const all: { type: string; texts: string[]; values: Value[] }[] = [];
    for (const type of types) {
      if (withoutInput.includes(type) || !(await isSupported(type))) continue;
      const pairs = (samples[type] ?? []).map((each) =>
        typeof each === "string" ? ([each, each] as const) : each,
      );
      all.push({ type, texts: pairs.map(([text]) => text), values: pairs.map(([, value]) => value) });
    }
    return all;
  };

  it("are all among the samples", () => {
    const missing = types.filter(
      (type) => !withoutInput.includes(type) && (samples[type] ?? []).length === 0,
    );
    expect(missing).toEqual([]);
    expect(types.length).toBeGreaterThan(70);
  });

  it.each(["the usual session", "a hostile session"])(
    "are read as what they mean, in %s",
    async (session) => {
      const all = await used();
      const { database } = server;
      await database.query(sql`drop table if exists everything, holder`);
      await database.query(sql`create table everything (id int,
      ${join(all.map(({ type }) => sql`${name(`c_${type}`)} ${columnType(type)}, ${name(`a_${type}`)} ${columnType(type)}[]`))})`);
      const most = Math.max(...all.map(({ texts }) => texts.length));
      for (let row = 0; row <= most; row += 1) {
        // The last row is NULL everywhere.
        const texts = all.map(({ texts }) => texts[row] ?? null);
        await database.query(sql`insert into everything select ${row}::int,
        ${join(all.map(({ type }, index) => input(type, texts[index] ?? null)))}`);
      }
      await database.query(sql`create table holder (id int, one everything, many everything[])`);
      await database.query(sql`insert into holder select id, e, array[e, null] from everything e`);
      if (session === "a hostile session") {
        for (const [setting, value] of hostile)
          await database.query(sql`select set_config(${setting}, ${value}, false)`);
      }

      const columns = ["id", ...all.flatMap(({ type }) => [`c_${type}`, `a_${type}`])];
      const rows = await (await readerOf(database, "everything", columns))();
      expect(rows).toHaveLength(most + 1);
      const expected = new Map<Value, Value[]>(
        rows.map(([id]) => {
          const values = all.flatMap(({ texts, values }): Value[] => {
            const isThere = texts[Number(id)] !== undefined;
            return isThere ? [values[Number(id)], [values[Number(id)], null]] : [null, null];
          });
          return [id ?? null, [id, ...values]];
        }),
      );
      for (const row of rows) expect(row).toStrictEqual(expected.get(row[0] ?? null));

      const held = await (await readerOf(database, "holder", ["id", "one", "many"]))();
      expect(held).toHaveLength(most + 1);
      for (const [id, one, many] of held) {
        const values = expected.get(id ?? null) ?? [];
        const object = Object.fromEntries(columns.map((column, index) => [column, values[index]]));
        expect(one).toStrictEqual(object);
        expect(many).toStrictEqual([object, null]);
      }
    },
  );

  it("with a fixed length keep their blanks, and addresses get no mask", async () => {
    const { database } = server;
    expect(await readOne(database, sql`char(5)`, sql`'ab'`)).toBe("ab   ");
    expect(await readOne(database, sql`bit(4)`, sql`'1010'`)).toBe("1010");
    expect(await readOne(database, sql`inet`, sql`'10.0.0.1'`)).toBe("10.0.0.1");
    expect(await readOne(database, sql`numeric(10, 4)`, sql`1.5`)).toBe("1.5000");
    expect(await readOne(database, sql`timestamptz(0)`, sql`'2026-11-23 10:00:00.4Z'`)).toBe(
      "2026-11-23T10:00:00Z",
    );
  });

  /** By its name in the catalog: that of SQL means something else (`bit` is `bit(1)`, `char` is `bpchar(1)`). */
  const columnType = (type: string): Sql => name("pg_catalog", type);
  const input = (type: string, text: string | null): Sql =>
    text === null
      ? sql`null, null`
      : sql`${text}::${columnType(type)}, array[${text}::${columnType(type)}, null]`;
});
