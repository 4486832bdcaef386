import { buffer } from "node:stream/consumers";
import {
  type DataSourceDefinition,
  type ExportPage,
  exportManifestSchema,
  type Row,
} from "@subject-rights/core";
import { unwrap } from "@subject-rights/testing";
import { describe, expect, it } from "vitest";
import { Damaged } from "../../src/errors.ts";
import type { StagedCollection } from "../../src/export/contents.ts";
import { unpack } from "../unpack.ts";
import { ada, admin, createWorld, peopleSource } from "../world.ts";
import { contentsOf, staged, zipOf } from "./packages.ts";

const people = new Map<string, Row[]>([[ada, [{}]]]);

const exportOf = async (pages: NonNullable<DataSourceDefinition["export"]>) => {
  const crm = peopleSource("crm", people, { export: pages });
  const world = await createWorld({ sources: [crm] });
  const requestId = await world.acknowledged("export");
  const view = await world.read(requestId);
  const message = world.notifier.sent.findLast(({ notice }) => notice.type === "delivery");
  if (message?.attachment == null) return { view, files: null };
  const files = await unpack(await buffer(message.attachment.read()));
  const { collections } = exportManifestSchema.parse(JSON.parse(String(files.get("manifest.json"))));
  return {
    view,
    files: collections.map(({ json, csv, rows, columns }) => ({
      rows,
      columns,
      json: String(files.get(json)),
      csv: csv === null ? null : String(files.get(csv.path)),
    })),
  };
};

const given = (...pages: readonly ExportPage[]) =>
  exportOf(async function* () {
    yield* pages;
  });

const columns = [
  { name: "number", kinds: ["integer"] },
  { name: "name", kinds: ["text", "null"] },
] as const;

const page = (lines: string, count: number) => ({
  collection: "people",
  lines: Buffer.from(lines),
  count,
  columns,
});

describe("rows that come as lines", () => {
  it("make the package that the same rows make as objects, beside such rows too", async () => {
    const first: Row[] = [
      { number: 1, name: "Ada\u2028" },
      { number: 2, name: null },
    ];
    const second: Row[] = [{ number: 3, name: "Ada" }];
    const asRows = await given({ collection: "people", rows: first }, { collection: "people", rows: second });
    const text = '{"number":1,"name":"Ada\u2028"}\n{"number":2,"name":null}\n';
    const asLines = await given(page(text, 2), page('{"number":3,"name":"Ada"}\n', 1), page("", 0));
    const asBoth = await given(page(text, 2), { collection: "people", rows: second });
    expect(asRows.files?.[0]?.rows).toBe(3);
    expect(asLines.files).toEqual(asRows.files);
    expect(asBoth.files).toEqual(asRows.files);
  });

  it("may be written into the same memory, page after page", async () => {
    const { files } = await exportOf(async function* () {
      const memory = Buffer.alloc(800_000);
      for (let index = 0; index < 20; index += 1) {
        // Some have to wait for the next page before they are put down, and others do not.
        const name = String(index).padEnd(index % 4 === 0 ? 700_000 : 10, "x");
        const length = memory.write(`{"number":${index},"name":"${name}"}\n`);
        yield { ...page("", 1), lines: memory.subarray(0, length), cursor: String(index) };
      }
    });
    const found: Row[] = JSON.parse(files?.[0]?.json ?? "[]");
    expect(found.map(({ number, name }) => `${number}/${String(name).replaceAll("x", "")}`)).toEqual(
      Array.from({ length: 20 }, (_, index) => `${index}/${index}`),
    );
  });

  it.each<[string, object]>([
    ["fewer than is said", page('{"number":1}\n', 2)],
    ["more than is said", page('{"number":1}\n{"number":2}\n', 1)],
    ["cut off", page('{"number":1}\n{"number":', 1)],
    ["without a newline at the end", page('{"number":1}', 1)],
    ["none, and said to be some", page("", 1)],
    ["empty", page("\n", 1)],
    ["lists", page("[1]\n", 1)],
    ["spread over several lines", page('{"number":\n1}\n', 2)],
    ["no UTF-8", { ...page("", 1), lines: Buffer.from('{"name":"\xff"}\n', "latin1") }],
    ["text rather than bytes", { ...page("", 1), lines: '{"number":1}\n' }],
    ["more than a page may have", { ...page("", 1), lines: Buffer.alloc(64 * 1024 * 1024 + 1) }],
    ["counted by half", page('{"number":1}\n', 0.5)],
    ["without columns", { collection: "people", lines: Buffer.from("{}\n"), count: 1 }],
    ["of a kind that is none", { ...page("{}\n", 1), columns: [{ name: "number", kinds: ["date"] }] }],
    ["of no kind", { ...page("{}\n", 1), columns: [{ name: "number", kinds: [] }] }],
    ["beside rows", { ...page("{}\n", 1), rows: [{}] }],
    [
      "of more columns than a table has",
      {
        ...page("{}\n", 1),
        columns: Array.from({ length: 1_001 }, (_, index) => ({ name: `c${index}`, kinds: ["text"] })),
      },
    ],
    [
      "of longer names than are kept",
      { ...page("{}\n", 1), columns: [{ name: "x".repeat(200_000), kinds: ["text"] }] },
    ],
  ])("are an invalid answer where they are %s", async (_, wrong) => {
    const { view, files } = await given(wrong as ExportPage);
    expect(view.waitingFor).toEqual([{ for: "source", source: "crm", problem: "invalid-answer" }]);
    expect(files).toBeNull();
  });

  it.each([
    ["no JSON", '{"number":1,}\n'],
    ["of a column that was not told", '{"number":1,"iban":"GB33BUKB20201555555555"}\n'],
    ["two objects", '{"number":1}{"number":2}\n'],
  ])("never get into a package where one is %s", async (_, line) => {
    const collection = (text: string): StagedCollection => ({
      ...staged("people", []),
      rows: 2,
      columns: [{ name: "number", types: ["integer"] }],
      async *read() {
        yield Buffer.from(`{"number":0}\n${text}`);
      },
    });
    await expect(zipOf(contentsOf(collection('{"number":1}\n')))).resolves.toBeInstanceOf(Buffer);
    await expect(zipOf(contentsOf(collection(line)))).rejects.toBeInstanceOf(Damaged);
  });

  it.each([
    ["no JSON", '{"number":1 }}\n', "invalid-answer"],
    ["put down, and not there any more", '{"number":1}\n', "damaged"],
  ])("are the trouble of their source alone where one is %s", async (_, wrong, problem) => {
    let line = wrong;
    const bad = peopleSource("crm", people, {
      async *export() {
        yield page(line, 1);
      },
    });
    const world = await createWorld({ sources: [bad, peopleSource("shop", people)] });
    const { requests } = world.rights;
    let isLost = problem === "damaged";
    const { chunks } = world.tables;
    const set = chunks.set.bind(chunks);
    chunks.set = (key, chunk) => (isLost && key.includes("crm") ? chunks : set(key, chunk));
    const requestId = await world.acknowledged("export");
    const sent = () => world.notifier.sent.filter(({ notice }) => notice.type === "delivery");
    expect(await world.read(requestId)).toMatchObject({
      phase: "delivered",
      waitingFor: [{ for: "source", source: "crm", problem }],
      sources: [{ status: "warning" }, { status: "succeeded" }],
    });
    expect(sent().map(({ notice }) => notice)).toMatchObject([{ missing: [{ problem }] }]);
    expect(world.errors).toMatchObject([{ code: "damaged" }]);
    line = '{"number":1}\n';
    isLost = false;
    unwrap(await requests.retrySource({ actor: admin, requestId, source: "crm" }));
    await world.pass(60_000);
    expect(await world.read(requestId)).toMatchObject({ outcome: "completed", waitingFor: [] });
    expect(sent().map(({ notice }) => notice)).toMatchObject([{}, { missing: [] }]);
  });

  it("are refused where a page has the cursor of the one before: it would come for ever", async () => {
    const { view } = await exportOf(async function* () {
      for (;;) yield { collection: "people", rows: [{ number: 1 }], cursor: "1" };
    });
    expect(view.waitingFor).toEqual([{ for: "source", source: "crm", problem: "invalid-answer" }]);
  });

  it("keep nobody waiting where there are very many at once", async () => {
    let timers = 0;
    const ticking = setInterval(() => (timers += 1), 1);
    await exportOf(async function* () {
      const until = performance.now() + 1_000;
      while (performance.now() < until) yield { collection: "people", rows: [{ number: 1 }] };
    });
    clearInterval(ticking);
    expect(timers).toBeGreaterThan(3);
  });
});
