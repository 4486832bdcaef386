import { spawnSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { createWriteStream, mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { deflateRawSync } from "node:zlib";
import { afterAll, describe, expect, inject, it } from "vitest";
import type { PackageContents, StagedCollection } from "../../src/export/contents.ts";
import { writePackage } from "../../src/export/write-package.ts";
import { type ZipEntry, zip } from "../../src/export/zip.ts";
import {
  dataDescriptor,
  deflatedPacking,
  directoryRecord,
  endOfDirectory,
  localHeader,
} from "../../src/export/zip-records.ts";
import { contentsOf, staged } from "./packages.ts";

/*
 * A ZIP has 16 bits for how many files it holds and 32 for sizes and places; what does not fit stands in ZIP64's
 * records. Each program that people have must find it there. The packages above 4 GB take minutes: `npm run test:thorough`.
 */
const folder = mkdtempSync(join(tmpdir(), "zip64-"));
afterAll(() => rmSync(folder, { recursive: true }));

const isThorough = inject("isThorough");
const fourGigabytes = 2 ** 32;

const python = `
import sys, zipfile
with zipfile.ZipFile(sys.argv[1]) as package:
    files = package.infolist()
    if len(files) < 65536 or ${isThorough ? "True" : "False"}:
        assert package.testzip() is None
    package.read(files[-1])
    print(len(files), max(file.file_size for file in files), max(file.header_offset for file in files))
`;

interface Tool {
  readonly name: string;
  readonly probe: readonly [string, ...string[]];
  test(path: string): readonly [string, ...string[]];
  /** What it says of a package in which nothing is wrong. */
  says(files: number): string;
}

const tools: readonly Tool[] = [
  {
    name: "unzip",
    probe: ["unzip", "-v"],
    test: (path) => ["unzip", "-tqq", path],
    says: () => "",
  },
  {
    name: "Python",
    probe: ["python3", "--version"],
    test: (path) => ["python3", "-c", python, path],
    says: (files) => `${files} `,
  },
  {
    name: "7-Zip (Debian: p7zip-full)",
    probe: ["7z"],
    test: (path) => ["7z", "t", path],
    says: (files) => `Files: ${files}`,
  },
];

const run = ([command, ...parameters]: readonly [string, ...string[]]) =>
  spawnSync(command, parameters, { encoding: "utf8", maxBuffer: 64 * 1024 * 1024 });

const written = async (name: string, contents: PackageContents) => {
  const path = join(folder, name);
  const stream = writePackage(contents);
  // Copied, because a stream that is piped takes its next piece before it has written the last one.
  async function* copies() {
    for await (const piece of stream) yield Buffer.from(piece);
  }
  await pipeline(Readable.from(copies(), { objectMode: false }), createWriteStream(path));
  return { path, ...stream.summary() };
};

/** Whether each program that is here finds nothing wrong. What is not here is said, and is no success. */
const opened = (path: string, files: number) => {
  const missing: string[] = [];
  for (const tool of tools) {
    if (run(tool.probe).error !== undefined) {
      missing.push(tool.name);
      continue;
    }
    const { status, stdout, stderr } = run(tool.test(path));
    expect({ tool: tool.name, status, stderr }).toEqual({ tool: tool.name, status: 0, stderr: "" });
    expect(stdout).toContain(tool.says(files));
  }
  if (missing.length > 0) console.warn(`Left out, because it is not installed: ${missing.join(", ")}.`);
};

/** One row, many times, as JSON only: a table of it would take the same time once more. */
const repeated = (line: Buffer, rows: number): StagedCollection => {
  const linesAtOnce = Math.max(1, Math.floor(1_000_000 / line.length));
  const many = Buffer.concat(Array.from({ length: linesAtOnce }, () => line));
  return {
    ...staged("rows", []),
    rows,
    columns: [
      { name: "a", types: ["text"] },
      { name: "", types: [] },
    ],
    async *read() {
      for (let left = rows; left > 0; left -= linesAtOnce) {
        yield many.subarray(0, Math.min(left, linesAtOnce) * line.length);
      }
    },
  };
};

describe("a package that is too large for a plain ZIP", () => {
  const files = 65_540;

  it("may hold more than 65,535 files", () => {
    // Written down record by record: most of the time `zip` spends on compressing each, which the next test has it do.
    const modified = new Date(0);
    const empty = deflateRawSync("");
    const members: Uint8Array[] = [];
    const directory: Uint8Array[] = [];
    let offset = 0;
    for (let index = 0; index < files; index += 1) {
      const measure = { crc32: 0, bytes: 0, compressedBytes: empty.length };
      const member = { path: `data/${index}.json`, offset, ...measure };
      const header = localHeader(member.path, modified, deflatedPacking);
      const parts = [header, empty, dataDescriptor(member)];
      members.push(...parts);
      directory.push(directoryRecord(member, modified, deflatedPacking));
      offset += parts.reduce((sum, { length }) => sum + length, 0);
    }
    const records = Buffer.concat(directory);
    const path = join(folder, "many.zip");
    writeFileSync(path, Buffer.concat([...members, records, endOfDirectory(files, offset, records.length)]));
    opened(path, files);
  }, 120_000);

  if (isThorough)
    it("may hold more than 65,535 files, each with something in it", async () => {
      const entries: Iterable<ZipEntry> = Array.from({ length: files }, (_, index) => ({
        path: `data/${index}.json`,
        content: Readable.from([Buffer.from(`[{"a":${index}}]`)]),
      }));
      const path = join(folder, "full.zip");
      await pipeline(zip(entries, new Date(0)), createWriteStream(path));
      opened(path, files);
    }, 120_000);

  it.runIf(isThorough)(
    "may hold a file above 4 GB, with files behind it",
    async () => {
      const line = Buffer.from(`{"a":"${"the same again ".repeat(60)}"}\n`);
      const rows = Math.ceil((1.02 * fourGigabytes) / line.length);
      const { path, bytes, files } = await written("large.zip", contentsOf(repeated(line, rows)));
      expect(bytes).toBeLessThan(fourGigabytes);
      opened(path, files);
      rmSync(path);
    },
    1_800_000,
  );

  it.runIf(isThorough)(
    "may be above 4 GB itself",
    async () => {
      // Further apart than DEFLATE looks back, so that nothing is saved by its being the same.
      const line = Buffer.from(`{"a":"${randomBytes(300_000).toString("base64")}"}\n`);
      const rows = Math.ceil((1.4 * fourGigabytes) / line.length);
      const { path, bytes, files } = await written(
        "huge.zip",
        contentsOf(repeated(line, rows), staged("orders", [{ a: 1 }])),
      );
      expect(bytes).toBeGreaterThan(fourGigabytes);
      expect(statSync(path).size).toBe(bytes);
      opened(path, files);
      rmSync(path);
    },
    1_800_000,
  );
});
