import type { Value } from "@subject-rights/core";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { join, name, type Sql, sql } from "../../src/sql/sql.ts";
import { type Opened, readerOf, servers } from "./servers.ts";

const isThorough = inject("isThorough");
const numRuns = isThorough ? 100 : 6;

/** On PGlite it is more of the same: what types and settings are there is looked at beside this file. */
const tried = Object.entries(servers).filter(([name]) => isThorough || name === "PostgreSQL");

/** Text as PostgreSQL can hold it: neither NUL nor half a character. What arrays and composites write specially. */
const text = fc.oneof(
  fc
    .array(
      fc.constantFrom(
        '"',
        "\\",
        "{",
        "}",
        "(",
        ")",
        ",",
        ";",
        "[1:2]=",
        "NULL",
        "null",
        " ",
        "\t",
        "\n",
        "\r",
        "\v",
        "\f",
        "'",
        "$1",
        "a",
        "é",
        "😀",
        "\u00a0",
        "\u2028",
      ),
      { maxLength: 8 },
    )
    .map((parts) => parts.join("")),
  fc.string({ unit: "grapheme" }).map((some) => some.replaceAll("\0", "")),
);
const nullable = <Each>(each: fc.Arbitrary<Each>) => fc.option(each, { freq: 4 });

const digits = (length: number) => fc.stringMatching(new RegExp(`^[0-9]{1,${length}}$`));

describe.each(tried)("what is written is read back, on %s", (_, open) => {
  let server: Opened;
  let tables = 0;

  beforeAll(async () => {
    server = await open();
    await server.database.query(sql`create type inner_part as (a text, "b,""(" text[], c bytea)`);
    await server.database.query(sql`create type outer_part as (x inner_part, y inner_part[], z text)`);
  });
  afterAll(() => server.close());

  /** Makes a table with one column, and hands out how to put a value in and get it back. */
  const column = async (type: Sql): Promise<(expression: Sql) => Promise<Value>> => {
    const { database } = server;
    tables += 1;
    const table = `round_trip_${tables}`;
    await database.query(sql`create table ${name(table)} (value ${type})`);
    const read = await readerOf(database, table, ["value"]);
    return async (expression) => {
      await database.query(sql`delete from ${name(table)}`);
      await database.query(sql`insert into ${name(table)} values (${expression})`);
      return (await read())[0]?.[0];
    };
  };

  it("arrays of hostile strings", async () => {
    const back = await column(sql`text[]`);
    await fc.assert(
      fc.asyncProperty(fc.array(nullable(text)), async (list) => {
        expect(await back(sql`${list}::text[]`)).toEqual(list);
      }),
      { numRuns },
    );
  });

  it("arrays of two dimensions with bounds of their own", async () => {
    const back = await column(sql`text[]`);
    const grid = fc.integer({ min: 1, max: 4 }).chain((width) =>
      fc.array(fc.array(nullable(text), { minLength: width, maxLength: width }), {
        minLength: 1,
        maxLength: 4,
      }),
    );
    await fc.assert(
      fc.asyncProperty(grid, async (rows) => {
        const array = sql`array[${join(rows.map((row) => sql`${row}::text[]`))}]`;
        expect(await back(array)).toEqual(rows);
      }),
      { numRuns },
    );
  });

  it("composites in composites and arrays", async () => {
    const back = await column(sql`outer_part`);
    const bytes = fc.uint8Array({ maxLength: 5 });
    const inner = fc.record({
      a: nullable(text),
      'b,"(': nullable(fc.array(nullable(text), { maxLength: 3 })),
      c: nullable(bytes),
    });
    const outer = fc.record({
      x: nullable(inner),
      y: nullable(fc.array(nullable(inner), { maxLength: 3 })),
      z: nullable(text),
    });
    type Inner = typeof inner extends fc.Arbitrary<infer Each> ? Each : never;
    const innerSql = (part: Inner | null): Sql =>
      part === null
        ? sql`null::inner_part`
        : sql`row(${part.a}, ${part['b,"(']}::text[], ${part.c}::bytea)::inner_part`;
    await fc.assert(
      fc.asyncProperty(outer, async (part) => {
        const list = part.y === null ? sql`null` : sql`array[${join(part.y.map(innerSql))}]::inner_part[]`;
        const read = await back(sql`row(${innerSql(part.x)}, ${list}, ${part.z})::outer_part`);
        expect(read).toEqual(part);
      }),
      { numRuns },
    );
  });

  it("numerics of a thousand digits", async () => {
    const back = await column(sql`numeric`);
    const numeric = fc
      .tuple(
        fc.constantFrom("", "-"),
        fc.constantFrom("1", "7", "9"),
        digits(500),
        fc.option(digits(500), { nil: "" }),
      )
      .map(
        ([sign, first, whole, fraction]) => `${sign}${first}${whole}${fraction === "" ? "" : `.${fraction}`}`,
      );
    await fc.assert(
      fc.asyncProperty(numeric, async (number) => {
        expect(await back(sql`${number}::numeric`)).toBe(number);
      }),
      { numRuns },
    );
  });

  it("whole numbers, floats and bytes", async () => {
    const backWhole = await column(sql`int8`);
    const backFloat = await column(sql`float8`);
    const backFloats = await column(sql`float4[]`);
    const backBytes = await column(sql`bytea`);
    const whole = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n });
    await fc.assert(
      fc.asyncProperty(
        whole,
        fc.double(),
        fc.float(),
        fc.uint8Array({ maxLength: 300 }),
        async (a, b, c, d) => {
          expect(await backWhole(sql`${a}::int8`)).toBe(a);
          expect(await backFloat(sql`${Object.is(b, -0) ? "-0" : b}::float8`)).toBe(b);
          const [float] = (await backFloats(sql`array[${Object.is(c, -0) ? "-0" : c}::float4]`)) as [number];
          expect(Math.fround(float)).toBe(c);
          expect(await backBytes(sql`${d}::bytea`)).toStrictEqual(d);
        },
      ),
      { numRuns },
    );
  });

  it("JSON with numbers of any size", async () => {
    const backBinary = await column(sql`jsonb`);
    const backText = await column(sql`json`);
    const fraction = fc
      .tuple(fc.constantFrom("", "-"), digits(30), digits(30))
      .map(([sign, whole, rest]) => `${sign}9${whole}.${rest}12345678901234567`);
    const { node } = fc.letrec<{ node: { text: string; value: Value } }>((tie) => ({
      node: fc.oneof(
        { depthSize: "small", withCrossShrink: true },
        fc
          .constantFrom("null", "true", "false")
          .map((token) => ({ text: token, value: JSON.parse(token) as Value })),
        text.map((value) => ({ text: JSON.stringify(value), value })),
        fc.maxSafeInteger().map((value) => ({ text: String(value), value })),
        fc
          .double({ noDefaultInfinity: true, noNaN: true })
          .map((value) => ({ text: JSON.stringify(value), value: value + 0 })),
        fc
          .bigInt()
          .filter((value) => BigInt(Number(value)) !== value)
          .map((value) => ({ text: String(value), value })),
        fraction.map((value) => ({ text: value, value })),
        fc.array(tie("node"), { maxLength: 4 }).map((nodes) => ({
          text: `[${nodes.map((each) => each.text).join(", ")}]`,
          value: nodes.map((each) => each.value),
        })),
        fc
          .uniqueArray(
            fc.tuple(fc.oneof(text, fc.constantFrom("__proto__", "toJSON", "constructor", "1")), tie("node")),
            {
              selector: ([key]) => key,
              maxLength: 4,
            },
          )
          .map((members) => ({
            text: `{${members.map(([key, each]) => `${JSON.stringify(key)} : ${each.text}`).join("\n,")}}`,
            value: Object.fromEntries(members.map(([key, each]) => [key, each.value])),
          })),
      ),
    }));
    await fc.assert(
      fc.asyncProperty(node, async ({ text, value }) => {
        expect(await backText(sql`${text}::json`)).toEqual(value);
        expect(await backBinary(sql`${text}::jsonb`)).toEqual(value);
      }),
      { numRuns },
    );
  });
});
