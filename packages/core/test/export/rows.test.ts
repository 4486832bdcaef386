import { runInNewContext } from "node:vm";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ColumnTally, knownColumns, mostColumns } from "../../src/export/column-tally.ts";
import { UnfitValue } from "../../src/export/json-text.ts";
import { encodeRows } from "../../src/export/rows.ts";
import type { Row, Value } from "../../src/ports/data-source.ts";
import { asJson, spelled } from "./as-json.ts";
import { someRows } from "./rows.arbitrary.ts";

const lines = (rows: readonly Row[], tally = new ColumnTally()) =>
  Buffer.from(encodeRows(rows, tally)).toString("utf8");

/** As an author without types may write it. */
const encodeAnything = (rows: readonly unknown[]) => encodeRows(rows as readonly Row[], new ColumnTally());

const nested = (levels: number): Value => (levels === 0 ? "core" : [nested(levels - 1)]);

describe("rows as they are staged", () => {
  it("are one line of JSON each, that reads back with the same meaning", () => {
    fc.assert(
      fc.property(someRows, (rows) => {
        const written = lines(rows).split("\n");
        expect(written.pop()).toBe("");
        // As text, since names such as "constructor" confuse vitest as well as node:assert.
        expect(spelled(written.map((line): unknown => JSON.parse(line)))).toBe(spelled(rows.map(asJson)));
      }),
    );
  });

  it("keep what JSON alone would lose", () => {
    const row = {
      nothing: null,
      absent: undefined,
      empty: "",
      big: 12345678901234567890n,
      safe: 9007199254740991,
      zero: -0,
      never: Number.NaN,
      most: Number.NEGATIVE_INFINITY,
      at: new Date("2026-11-23T09:30:00Z"),
      offset: "2026-11-23T10:30:00+01:00",
      decimal: "10.10",
      bytes: new Uint8Array([0, 255, 16]).subarray(1),
      list: [1, undefined, -0, 2n],
      object: { absent: undefined, at: new Date(0) },
    };
    expect(lines([row])).toBe(
      '{"nothing":null,"empty":"","big":"12345678901234567890","safe":9007199254740991,"zero":-0,' +
        '"never":"NaN","most":"-Infinity","at":"2026-11-23T09:30:00.000Z","offset":"2026-11-23T10:30:00+01:00",' +
        '"decimal":"10.10","bytes":"/xA=","list":[1,null,-0,"2"],"object":{"at":"1970-01-01T00:00:00.000Z"}}\n',
    );
  });

  it("take objects of any realm, and such without a prototype", () => {
    const foreign: unknown = runInNewContext("({ name: 'Ada', tags: ['a'] })");
    const bare: unknown = Object.assign(Object.create(null), { name: "Ada" });
    const bytes = encodeAnything([foreign, bare]);
    expect(Buffer.from(bytes).toString()).toBe('{"name":"Ada","tags":["a"]}\n{"name":"Ada"}\n');
  });

  it("do not change what all objects have, whatever a name is", () => {
    const row: Row = JSON.parse('{"__proto__":{"polluted":true},"constructor":1}');
    expect(lines([row])).toBe('{"__proto__":{"polluted":true},"constructor":1}\n');
    expect("polluted" in {}).toBe(false);
  });

  it.each<[string, unknown]>([
    ["a function", { cell: () => 1 }],
    ["a method", { cell: { toJSON: () => 1 } }],
    ["a symbol", { cell: Symbol("x") }],
    ["an invalid date", { cell: new Date("nonsense") }],
    ["a map", { cell: new Map() }],
    ["floats", { cell: new Float64Array(2) }],
    ["an error", { cell: [new Error("x")] }],
    ["an instance", { cell: new (class Money {})() }],
    ["a boxed text", { cell: Object("text") }],
    ["too deep a list", { cell: nested(33) }],
    ["a text longer than a row", { cell: "x".repeat(70_000_000) }],
    ["bytes longer than a row", { cell: new Uint8Array(60_000_000) }],
  ])("refuse %s, and name the column", (_, row) => {
    expect(() => encodeAnything([{ fine: 1 }, row])).toThrow(UnfitValue);
    expect(() => encodeAnything([row])).toThrow(/"cell"/);
  });

  it("refuse a cycle, and what multiplies itself, without running out of memory", () => {
    const cycle: Record<string, unknown> = {};
    cycle["self"] = cycle;
    expect(() => encodeAnything([cycle])).toThrow(UnfitValue);
    let bomb: unknown = "lol".repeat(1_000_000);
    for (let level = 0; level < 31; level += 1) bomb = [bomb, bomb];
    expect(() => encodeAnything([{ bomb }])).toThrow(/longer than/);
  });

  it.each([null, undefined, "text", 7, [["a", 1]], new Map(), new Date()])("refuse the row %s", (row) => {
    expect(() => encodeAnything([row])).toThrow("A row is not a plain object.");
  });

  it("may be nested 32 levels deep", () => {
    expect(lines([{ cell: nested(32) }])).toContain("core");
  });
});

describe("the columns of a collection", () => {
  it("are taken down in order of first appearance, with each kind that was seen", () => {
    const tally = new ColumnTally();
    encodeRows(
      [
        { b: 1, a: "x" },
        { c: null, a: 5n, absent: undefined },
      ],
      tally,
    );
    encodeRows(
      [{ b: 1.5, a: null, d: new Date(0), e: [], f: {}, g: new Uint8Array(), h: Number.NaN, i: true }],
      tally,
    );
    expect(tally.saved()).toEqual([
      { name: "b", types: ["integer", "number"] },
      { name: "a", types: ["null", "text", "integer"] },
      { name: "c", types: ["null"] },
      { name: "d", types: ["timestamp"] },
      { name: "e", types: ["list"] },
      { name: "f", types: ["object"] },
      { name: "g", types: ["binary"] },
      { name: "h", types: ["number"] },
      { name: "i", types: ["boolean"] },
    ]);
  });

  it("are the same when the work went on from what was saved", () => {
    fc.assert(
      fc.property(someRows, someRows, (before, after) => {
        const whole = new ColumnTally();
        encodeRows([...before, ...after], whole);
        const first = new ColumnTally();
        encodeRows(before, first);
        const second = new ColumnTally(JSON.parse(JSON.stringify(first.saved())));
        encodeRows(after, second);
        expect(second.saved()).toEqual(whole.saved());
      }),
    );
  });

  const named = (from: number, to: number): Row =>
    Object.fromEntries(Array.from({ length: to - from }, (_, index) => [`column ${from + index}`, index]));

  it("are no more than a thousand, and what is saved says that there were more", () => {
    const tally = new ColumnTally();
    encodeRows([named(0, mostColumns)], tally);
    expect(knownColumns(tally.saved())).toMatchObject({ complete: true });
    expect(tally.saved()).toHaveLength(mostColumns);

    encodeRows([named(mostColumns, 5 * mostColumns)], tally);
    const restored = new ColumnTally(tally.saved());
    encodeRows([named(0, 2 * mostColumns)], restored);
    for (const { columns, complete } of [knownColumns(tally.saved()), knownColumns(restored.saved())]) {
      expect(complete).toBe(false);
      expect(columns).toHaveLength(mostColumns);
    }
  });

  it("have names that are bounded together", () => {
    const tally = new ColumnTally();
    expect(lines([{ first: 1, ["x".repeat(200_000)]: 2, last: 3 }], tally)).toContain('"last":3');
    expect(knownColumns(tally.saved())).toEqual({
      complete: false,
      columns: [{ name: "first", types: ["integer"] }],
    });
  });
});
