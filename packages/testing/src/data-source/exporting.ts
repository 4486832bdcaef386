import assert from "node:assert/strict";
import { jsonText, type LinePage, type Value, type ValueKind } from "@subject-rights/core";
import type { CaseMaker, ConformanceCase } from "../conformance-case.ts";
import { linesOf, pagesOf, rowsOf, tally, tallyOfRows } from "./asking.ts";
import { callTo, type DataSourceFixture, type DataSourceHarness } from "./harness.ts";

/** Whether a cell is of the documented types. Objects are plain: a class means more than its fields say. */
const isValue = (value: unknown): boolean => {
  switch (typeof value) {
    case "undefined":
    case "string":
    case "number":
    case "bigint":
    case "boolean":
      return true;
    case "object":
      if (value === null || value instanceof Uint8Array) return true;
      if (value instanceof Date) return !Number.isNaN(value.getTime());
      if (Array.isArray(value)) return value.every(isValue);
      return isPlain(value) && Object.values(value).every(isValue);
    default:
      return false;
  }
};

const isPlain = (value: object): boolean => {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
};

/** Every text in a row, however deep. */
const textsOf = (value: unknown): readonly string[] => {
  if (typeof value === "string") return [value.toLowerCase()];
  return typeof value === "object" && value !== null ? Object.values(value).flatMap(textsOf) : [];
};

/** The kinds that a value may be of, once it is JSON. */
const possibleKinds = (value: Value): readonly ValueKind[] => {
  if (value === null) return ["null"];
  if (typeof value === "boolean") return ["boolean"];
  if (typeof value === "number") return ["integer", "number"];
  if (typeof value === "string") return ["text", "integer", "number", "timestamp", "binary"];
  return Array.isArray(value) ? ["list"] : ["object"];
};

/** As core would have written the row that the line reads as. */
const asWritten = (row: Readonly<Record<string, Value>>): string =>
  `{${Object.entries(row)
    .map(([name, value]) => `${JSON.stringify(name)}:${jsonText(value)}`)
    .join(",")}}`;

const checkLines = ({ collection, lines, count, columns }: LinePage): void => {
  const kinds = new Map(columns.map((column) => [column.name, column.kinds]));
  const texts = linesOf({ collection, lines, count, columns });
  assert.equal(texts.length, count, `the count of a page of ${collection}`);
  for (const line of texts) {
    const row: Readonly<Record<string, Value>> = JSON.parse(line);
    assert.equal(line, asWritten(row), `a line of ${collection} is as \`jsonText\` writes it`);
    const untold = Object.entries(row)
      .filter(([name, value]) => !possibleKinds(value).some((kind) => kinds.get(name)?.includes(kind)))
      .map(([name]) => name);
    assert.deepEqual(untold, [], `columns of ${collection} that are not told, or not with this kind`);
  }
};

export const exportingCases = (
  test: CaseMaker<DataSourceFixture>,
  harness: DataSourceHarness,
): readonly ConformanceCase[] => {
  const call = callTo(harness);
  return [
    test("export: hands over every record of the person, and changes nothing", async ({
      source,
      person,
      holds,
    }) => {
      const before = tally(await holds(person));
      assert.deepEqual(tallyOfRows(rowsOf(await pagesOf(source, person, call))), before);
      assert.deepEqual(tally(await holds(person)), before);
    }),

    test("export: hands over nothing of anybody else", async ({ source, person, otherPerson }) => {
      const own = new Set(person.identifiers.map(({ value }) => value.toLowerCase()));
      const foreign = otherPerson.identifiers
        .map(({ value }) => value.toLowerCase())
        .filter((value) => !own.has(value));
      const texts = rowsOf(await pagesOf(source, person, call)).flatMap(({ row }) => textsOf(row));
      assert.deepEqual(
        foreign.filter((value) => texts.includes(value)),
        [],
      );
    }),

    test("export: a person who is not there has no rows", async ({ source, unknownPerson }) => {
      assert.deepEqual(rowsOf(await pagesOf(source, unknownPerson, call)), []);
    }),

    test("export: every cell is of the documented types", async ({ source, person }) => {
      for (const { collection, row } of rowsOf(await pagesOf(source, person, call))) {
        assert.ok(isPlain(row), `a row of ${collection} is a plain object`);
        const wrong = Object.keys(row).filter((column) => !isValue(row[column]));
        assert.deepEqual(wrong, [], `columns of ${collection} that hold something else`);
      }
    }),

    test("export: lines are in the form that the package describes, and their columns are told", async ({
      source,
      person,
    }) => {
      for (const page of await pagesOf(source, person, call)) if ("lines" in page) checkLines(page);
    }),

    test("export: the order is the same each time", async ({ source, person }) => {
      const first = await pagesOf(source, person, call);
      assert.deepEqual(rowsOf(await pagesOf(source, person, call)), rowsOf(first));
    }),

    test("export: goes on behind each cursor without loss or repetition, after a restart too", async (fixture) => {
      const { source, person } = fixture;
      const pages = await pagesOf(source, person, call);
      for (const [index, { cursor }] of pages.entries()) {
        if (cursor === undefined) continue;
        const reopened = (await fixture.reopen?.()) ?? source;
        const rest = await pagesOf(reopened, person, call, cursor);
        assert.deepEqual(rowsOf(rest), rowsOf(pages.slice(index + 1)), `behind page ${index + 1}`);
      }
    }),
  ];
};
