import { createHash } from "node:crypto";
import fc from "fast-check";
import { describe, expect, inject, it } from "vitest";
import type { StagedCollection } from "../../src/export/contents.ts";
import { exportManifestSchema } from "../../src/export/manifest.ts";
import { writePackage } from "../../src/export/write-package.ts";
import type { Row } from "../../src/ports/data-source.ts";
import { asJson, spelled } from "./as-json.ts";
import { type CsvCell, readCsv } from "./csv-reader.ts";
import { contentsOf, facts, filesOf, manifestOf, staged, text, unzipped, zipOf } from "./packages.ts";
import { anyText, someRows } from "./rows.arbitrary.ts";

const sha256 = (bytes: Uint8Array) => createHash("sha256").update(bytes).digest("hex");

const orders = staged("orders", [
  { number: 1, note: null, at: new Date(0) },
  { number: 2, note: "", list: [1] },
  { number: 3, note: 'a, "b"\r\nc', list: [] },
]);

describe("a package", () => {
  it("has each collection as JSON and CSV, a page and a manifest", async () => {
    const files = await filesOf(contentsOf(orders));
    expect([...files.keys()]).toEqual([
      "data/01-crm/01-orders.json",
      "data/01-crm/01-orders.csv",
      "index.html",
      "manifest.json",
    ]);
    expect(text(files, "data/01-crm/01-orders.json")).toBe(
      '[\n{"number":1,"note":null,"at":"1970-01-01T00:00:00.000Z"},\n{"number":2,"note":"","list":[1]},\n' +
        '{"number":3,"note":"a, \\"b\\"\\r\\nc","list":[]}\n]\n',
    );
    expect(text(files, "data/01-crm/01-orders.csv")).toBe(
      '\uFEFF"number","note","at","list"\r\n1,,"1970-01-01T00:00:00.000Z",\r\n2,"",,"[1]"\r\n' +
        '3,"a, ""b""\r\nc",,"[]"\r\n',
    );
  });

  it("gives back whatever rows it was made of, in both forms", async () => {
    await fc.assert(
      fc.asyncProperty(someRows, fc.integer({ min: 1, max: 400 }), async (rows, pieceLength) => {
        const files = await filesOf(contentsOf(staged("rows", rows, { pieceLength })));
        const expected = rows.map(asJson);
        expect(spelled(JSON.parse(text(files, "data/01-crm/01-rows.json")))).toBe(spelled(expected));

        const [header = [], ...lines] = readCsv(text(files, "data/01-crm/01-rows.csv"));
        const names = manifestOf(files).collections[0]?.columns.map(({ name }) => name) ?? [];
        expect(new Set(names)).toEqual(new Set(expected.flatMap((row) => Object.keys(Object(row)))));
        // Rows without a column are rows of one that has no name.
        const columns = names.length === 0 && rows.length > 0 ? [""] : names;
        expect(header.map((cell) => withoutApostrophes(cell.text))).toEqual(columns.map(inCsv));
        expect(spelled(lines.map((line) => line.map(readBack)))).toBe(
          spelled(expected.map((row) => columns.map((name) => csvCell(row, name, columns)))),
        );
      }),
      { numRuns: inject("isThorough") ? 300 : 30 },
    );
  });

  it("says what is in it, and each checksum is right", async () => {
    const notes = staged("notes", [{ text: "=1" }], { source: "support", title: "Support <desk>" });
    const files = await filesOf({
      ...contentsOf(orders, notes),
      missing: [
        { source: { id: "billing", title: "Billing" }, problem: "timed-out", settled: null },
        { source: { id: "old", title: "Old shop" }, problem: "not-registered", settled: "Given up in 2024." },
      ],
      leftOut: [{ source: { id: "insights", title: "Insights" } }],
    });
    const manifest = manifestOf(files);
    expect(manifest).toMatchObject({
      schemaVersion: 1,
      request: { id: facts.requestId, kind: "export", category: "customer-data" },
      controller: facts.controller,
      subject: facts.subject,
      createdAt: facts.createdAt,
      collections: [
        {
          source: { id: "crm", title: "Customer records" },
          collection: "orders",
          rows: 3,
          columns: [
            { name: "number", kinds: ["integer"] },
            { name: "note", kinds: ["null", "text"] },
            { name: "at", kinds: ["timestamp"] },
            { name: "list", kinds: ["list"] },
          ],
          columnsComplete: true,
          json: "data/01-crm/01-orders.json",
          csv: { path: "data/01-crm/01-orders.csv", byteOrderMark: true, cellsChanged: 0 },
        },
        { collection: "notes", json: "data/02-support/01-notes.json", csv: { cellsChanged: 1 } },
      ],
      missing: [
        { problem: "timed-out", explanation: "The source did not answer in time.", settled: null },
        { source: { id: "old" }, settled: "Given up in 2024." },
      ],
      leftOut: [
        { source: { id: "insights", title: "Insights" }, explanation: expect.stringContaining("copy") },
      ],
    });
    const kinds = manifest.collections.flatMap(({ columns }) => columns.flatMap((column) => column.kinds));
    expect(kinds.filter((kind) => manifest.kinds[kind] === undefined)).toEqual([]);

    const listed = new Map(manifest.files.map((file) => [file.path, file]));
    expect([...listed.keys(), "manifest.json"]).toEqual([...files.keys()]);
    for (const [path, { bytes, sha256: digest }] of listed) {
      const file = files.get(path) ?? Buffer.alloc(0);
      expect({ path, bytes, digest }).toEqual({ path, bytes: file.length, digest: sha256(file) });
    }
    expect(manifest.files.find(({ path }) => path.endsWith(".csv"))?.mediaType).toMatch(/^text\/csv/);
  });

  it("has a manifest whose schema lets no path out of the package", async () => {
    const manifest = manifestOf(await filesOf(contentsOf(orders)));
    const [file] = manifest.files;
    for (const path of [
      "../x.json",
      "/etc/x.json",
      "data/../../x.json",
      "C:\\x.json",
      "data//x.json",
      "./x.csv",
    ]) {
      const changed = { ...manifest, files: [{ ...file, path }] };
      expect(exportManifestSchema.safeParse(changed).success).toBe(false);
    }
  });

  it("tells its size and checksum at the end, and not before", async () => {
    const stream = writePackage(contentsOf(orders));
    expect(() => stream.summary()).toThrow(/not read to its end/);
    const pieces: Uint8Array[] = [];
    for await (const piece of stream) pieces.push(piece);
    const zip = Buffer.concat(pieces);
    expect(stream.summary()).toEqual({ files: 4, bytes: zip.length, sha256: sha256(zip) });
  });

  it("has the same bytes for the same contents, however they are read and wherever it is made", async () => {
    const rows: Row[] = Array.from({ length: 3_000 }, (_, index) => ({
      index,
      note: `note ${(index * 7919) % 1000}`,
    }));
    const zone = process.env["TZ"];
    try {
      const made: string[] = [];
      for (const [timeZone, pieceLength] of [
        ["UTC", 1_000],
        ["Pacific/Auckland", 977],
        ["America/New_York", 1e6],
      ] as const) {
        process.env["TZ"] = timeZone;
        made.push(sha256(await zipOf(contentsOf(staged("rows", rows, { pieceLength })))));
      }
      expect(new Set(made).size).toBe(1);
    } finally {
      if (zone === undefined) delete process.env["TZ"];
      else process.env["TZ"] = zone;
    }
  });

  it("may hold nothing, or collections without rows or columns", async () => {
    const none = await filesOf(contentsOf());
    expect([...none.keys()]).toEqual(["index.html", "manifest.json"]);
    expect(manifestOf(none).collections).toEqual([]);

    const files = await filesOf(contentsOf(staged("empty", []), staged("blank", [{}, {}])));
    expect(text(files, "data/01-crm/01-empty.json")).toBe("[]\n");
    expect(text(files, "data/01-crm/01-empty.csv")).toBe("\uFEFF");
    expect(text(files, "data/01-crm/02-blank.json")).toBe("[\n{},\n{}\n]\n");
    expect(text(files, "data/01-crm/02-blank.csv")).toBe('\uFEFF""\r\n""\r\n""\r\n');
    expect(manifestOf(files).collections.map(({ rows }) => rows)).toEqual([0, 2]);
  });

  it("hands a collection with too many columns over as JSON only, and says so", async () => {
    const row = Object.fromEntries(Array.from({ length: 1_001 }, (_, index) => [`column ${index}`, index]));
    const files = await filesOf(contentsOf(staged("wide", [row])));
    expect([...files.keys()]).toEqual(["data/01-crm/01-wide.json", "index.html", "manifest.json"]);
    expect(manifestOf(files).collections[0]).toMatchObject({ csv: null, columnsComplete: false });
    expect(JSON.parse(text(files, "data/01-crm/01-wide.json"))).toEqual([row]);
    expect(text(files, "index.html")).toContain("too many columns");
  });
});

describe("paths in a package", () => {
  it("come from numbers; hostile names leave no trace but letters, digits and dashes", async () => {
    const names = [
      "../../etc/passwd",
      "CON",
      "con",
      "Größe & Maß",
      "x".repeat(200),
      "C:\\windows",
      "",
      "订单",
      ".",
      "a/b\0c",
    ];
    const files = await filesOf(contentsOf(...names.map((name) => staged(name, []))));
    expect([...files.keys()].filter((path) => path.endsWith(".json")).slice(0, -1)).toEqual([
      "data/01-crm/01-etc-passwd.json",
      "data/01-crm/02-con.json",
      "data/01-crm/03-con.json",
      "data/01-crm/04-gro-e-ma.json",
      `data/01-crm/05-${"x".repeat(40)}.json`,
      "data/01-crm/06-c-windows.json",
      "data/01-crm/07.json",
      "data/01-crm/08.json",
      "data/01-crm/09.json",
      "data/01-crm/10-a-b-c.json",
    ]);
    expect(manifestOf(files).collections.map(({ collection }) => collection)).toEqual(names);
  });

  it("are plain and unique whatever the names are, and a source has one folder", async () => {
    const names = fc.array(fc.tuple(fc.constantFrom("crm", "billing", "CRM", "../x"), anyText), {
      maxLength: 8,
    });
    await fc.assert(
      fc.asyncProperty(names, async (given) => {
        const collections = given.map(([source, name]) => staged(name, [{ a: 1 }], { source }));
        const files = await filesOf(contentsOf(...collections));
        const paths = manifestOf(files).collections.flatMap(({ json, csv }) => [json, csv?.path ?? ""]);
        for (const path of paths)
          expect(path).toMatch(/^data\/\d\d-[a-z0-9-]{1,40}\/\d\d(?:-[a-z0-9-]{1,40})?\.(?:json|csv)$/);
        expect(new Set(paths).size).toBe(2 * given.length);
        expect(files.size).toBe(2 * given.length + 2);
        const folders = new Set(paths.map((path) => path.split("/")[1]));
        expect(folders.size).toBe(new Set(given.map(([source]) => source)).size);
      }),
      { numRuns: inject("isThorough") ? 120 : 15 },
    );
  });

  it("sort in order when there are more than a hundred", async () => {
    const collections: StagedCollection[] = Array.from({ length: 120 }, () => staged("part", []));
    const files = await unzipped(await zipOf(contentsOf(...collections)));
    expect(files.has("data/01-crm/001-part.json")).toBe(true);
    expect(files.has("data/01-crm/120-part.csv")).toBe(true);
  });
});

const withoutApostrophes = (cell: string) => cell.replaceAll("'", "");

/** JSON.stringify writes -0 as 0, so that it cannot say what to expect; the JSON file is compared exactly. */
const withoutSignOfZero = (json: string) => json.replace(/-0(?=[,\]}]|$)/g, "0");

/** Bytes cannot carry half a character; the JSON files escape it. */
const inCsv = (value: string) => withoutApostrophes(Buffer.from(value).toString());

const readBack = ({ text, quoted }: CsvCell): CsvCell => ({
  text: quoted ? withoutSignOfZero(withoutApostrophes(text)) : text,
  quoted,
});

const csvCell = (row: unknown, name: string, columns: readonly string[]): CsvCell => {
  const value: unknown = new Map(Object.entries(Object(row))).get(name);
  // An empty cell that has none beside it is quoted, or its line would be empty.
  if (value === null || value === undefined) return { text: "", quoted: columns.length === 1 };
  if (typeof value === "number") return { text: Object.is(value, -0) ? "-0" : `${value}`, quoted: false };
  if (typeof value === "boolean") return { text: `${value}`, quoted: false };
  if (typeof value === "string") return { text: withoutSignOfZero(inCsv(value)), quoted: true };
  return { text: inCsv(withoutSignOfZero(JSON.stringify(value))), quoted: true };
};
