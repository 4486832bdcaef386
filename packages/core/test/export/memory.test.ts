import { expect, inject, it } from "vitest";
import { ColumnTally } from "../../src/export/column-tally.ts";
import type { StagedCollection } from "../../src/export/contents.ts";
import { encodeRows } from "../../src/export/rows.ts";
import { writePackage } from "../../src/export/write-package.ts";
import { contentsOf, staged } from "./packages.ts";

/** Bytes that are really in use, whatever the collector has put off. */
const inUse = (): number => {
  if (globalThis.gc === undefined) throw new Error("the collector cannot be called");
  globalThis.gc();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
};

const pageOf = (page: number) =>
  Array.from({ length: 1_000 }, (_, row) => ({
    number: page * 1_000 + row,
    name: `Name ${(page * 7_919 + row * 104_729) % 1_000_003}`,
    note: `${(page * 48_271 + row * 69_621) % 2_147_483_647} `.repeat(100),
  }));

const pages = inject("isThorough") ? 75 : 20;

it(`a package of ${pages},000 rows needs no more memory at its end than at its beginning`, async () => {
  const collection: StagedCollection = {
    ...staged("rows", pageOf(0)),
    rows: pages * 1_000,
    async *read() {
      for (let page = 0; page < pages; page += 1) yield encodeRows(pageOf(page), new ColumnTally());
    },
  };
  const samples: number[] = [];
  let written = 0;
  const stream = writePackage(contentsOf(collection));
  for await (const chunk of stream) {
    const before = written;
    written += chunk.length;
    if (Math.floor(before / 64_000) !== Math.floor(written / 64_000)) samples.push(inUse());
  }
  expect(stream.summary().bytes).toBe(written);
  // Some bytes are freed a moment later than the collector says; the lowest of a few samples is what is held.
  const lows = [0, 1, 2, 3].map((quarter) => {
    const from = Math.floor((samples.length * quarter) / 4);
    return Math.min(...samples.slice(from, Math.floor((samples.length * (quarter + 1)) / 4)));
  });
  // 1 MB of rows a page went through, twice.
  expect(Math.max(...lows) - Math.min(...lows)).toBeLessThan(12_000_000);
}, 60_000);
