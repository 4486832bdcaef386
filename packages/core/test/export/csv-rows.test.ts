import fc from "fast-check";
import { describe, expect, inject, it } from "vitest";
import { Damaged } from "../../src/errors.ts";
import type { StagedCollection } from "../../src/export/contents.ts";
import { CsvTable } from "../../src/export/csv-table.ts";
import { harmless } from "../../src/export/formulas.ts";
import { jsonText } from "../../src/export/json-text.ts";
import { staged } from "./packages.ts";

/*
 * A table is made from the bytes of the rows' JSON wherever that gives the same as reading the values would. Here
 * both are compared, also for JSON that this library does not write itself.
 */
const names = ["a", "b", 'c"', "é;", "a b"] as const;
const columns = names.map((name) => ({ name, types: ["text"] }));

const tableOf = async (lines: readonly string[]): Promise<string> => {
  const bytes = Buffer.from(lines.map((line) => `${line}\n`).join(""));
  const collection: StagedCollection = {
    ...staged("rows", []),
    rows: lines.length,
    columns,
    async *read() {
      for (let at = 0; at < bytes.length; at += 13) yield bytes.subarray(at, at + 13);
    },
  };
  const table = new CsvTable(collection, columns);
  const pieces: Buffer[] = [];
  for await (const piece of table.file()) pieces.push(Buffer.from(piece));
  return `${table.cellsChanged} ${Buffer.concat(pieces)
    .toString()
    .replace(/^.*\r\n/, "")}`;
};

/** The same by way of values, without haste. */
const expected = (lines: readonly string[]): string => {
  let changed = names.filter((name) => harmless(name) !== name).length;
  const text = (value: string) => {
    const safe = harmless(value);
    if (safe !== value) changed += 1;
    return `"${safe.replaceAll('"', '""')}"`;
  };
  const cell = (value: unknown): string => {
    if (value === undefined || value === null) return "";
    if (typeof value === "string") return text(value);
    return typeof value === "object" ? text(jsonText(value)) : jsonText(value);
  };
  const rows = lines.map((line) => {
    const row = JSON.parse(line) as Readonly<Record<string, unknown>>;
    return `${names.map((name) => cell(Object.hasOwn(row, name) ? row[name] : undefined)).join(",")}\r\n`;
  });
  // Half a character becomes U+FFFD in UTF-8.
  return Buffer.from(`${changed} ${rows.join("")}`).toString();
};

const piecesOfText = fc.constantFrom(
  ...'=+-@;,"\\\n\r\t \u007f\u00a0\u200b＝－ﹽé😀x1',
  "\ud800",
  "=1+1",
  "; =x",
  "plain words",
);
const texts = fc.array(piecesOfText, { maxLength: 6 }).map((parts) => JSON.stringify(parts.join("")));
const numbers = fc.oneof(
  fc.integer().map(String),
  fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => JSON.stringify(value)),
  fc.constantFrom("-0", "0", "-0.0", "0.5", "1.50", "10", "1e5", "1E-7", "0.000001", "0.0000001", "-12.25"),
  fc.constantFrom("123456789012345", "1234567890123456", "12345678901234567890", "1.23456789012345678", "-1"),
  fc.tuple(fc.nat(), fc.nat()).map(([whole, fraction]) => `${whole}.${fraction}`),
);
const values = fc.oneof(
  texts,
  numbers,
  fc.constantFrom("true", "false", "null", "[]", "{}", '["=1",{"}":"]"}]', '{"a": [1, 2.50]}', '"\\u003d1"'),
);
const lines = fc
  .tuple(
    fc.shuffledSubarray([...names]),
    fc.boolean(),
    fc.array(values, { minLength: 5, maxLength: 5 }),
    fc.constantFrom("", " "),
  )
  .map(([some, inOrder, cells, blank]) => {
    const kept = inOrder ? names.filter((name) => some.includes(name)) : some;
    const members = kept.map((name, index) => `${JSON.stringify(name)}:${blank}${cells[index]}`);
    return `{${members.join(`,${blank}`)}}`;
  });

describe("a table that is made from bytes", () => {
  it("is the one that is made from values, whatever the JSON looks like", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(lines, { maxLength: 8 }), async (some) => {
        expect(await tableOf(some)).toBe(expected(some));
      }),
      { numRuns: inject("isThorough") ? 3_000 : 400 },
    );
  });

  it.each([
    '{"a":01}',
    '{"a":1.}',
    '{"a":-}',
    '{"a":.5}',
    '{"a":+1}',
    '{"a":truely}',
    '{"a":tru}',
    '{"a":"x}',
    '{"a":"\t"}',
    '{"a":"\\x"}',
    '{"a":1,}',
    '{"a":1}}',
    '{"a":1',
    '{"a":[1}',
    '{"a":{"b":"]"}',
    '{"a":1 "b":2}',
    '{"z":1}',
    "{a:1}",
    "",
    "[]",
    "null",
  ])("is not made from what is no row of it: %s", async (line) => {
    await expect(tableOf(['{"a":1}', line])).rejects.toBeInstanceOf(Damaged);
  });

  it("begins with commas alone where the first value is null and the others are not there", async () => {
    expect(await tableOf(['{"a":null}'])).toBe("0 ,,,,\r\n");
  });

  it("takes the last of two values of one name, as every reader of JSON does", async () => {
    expect(await tableOf(['{"a":1,"a":"x"}'])).toBe(expected(['{"a":"x"}']));
  });
});
