import { spawnSync } from "node:child_process";
import { buffer } from "node:stream/consumers";
import { type ExportPage, exportManifestSchema, type Row } from "@subject-rights/core";
import fc from "fast-check";
import { expect, inject, it } from "vitest";
import { unpack } from "../unpack.ts";
import { createWorld, peopleSource } from "../world.ts";

const hasPython = spawnSync("python3", ["--version"]).status === 0;

/** How many rows each of several CSV files has behind its header; a line in which nothing stands is none. */
const countedInPython = (files: readonly string[]): unknown => {
  const program = `
import csv, io, json, sys
print(json.dumps([len(list(csv.DictReader(io.StringIO(each, newline="")))) for each in json.load(sys.stdin)]))
`;
  const { stdout } = spawnSync("python3", ["-c", program], {
    input: JSON.stringify(files),
    encoding: "utf8",
  });
  return JSON.parse(stdout);
};

const cells = fc.constantFrom(null, "", "x", "\r\n", 1, []);
/** Of few columns and mostly empty: `{}`, and one column that has something somewhere. */
const rows: fc.Arbitrary<Row[]> = fc.oneof(
  fc.array(fc.constant({}), { minLength: 1, maxLength: 3 }),
  ...[["a"], ["a", "b"], [""]].map((names) =>
    fc.array(fc.record(Object.fromEntries(names.map((name) => [name, cells])), { requiredKeys: [] }), {
      minLength: 1,
      maxLength: 5,
    }),
  ),
);

it.skipIf(!hasPython)("whatever rows an export has, each of them is a row of its CSV in Python", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(rows, { minLength: 1, maxLength: 25 }), async (collections) => {
      const source = peopleSource("crm", new Map(), {
        locate: async () =>
          collections.map(({ length }, index) => ({ collection: `c${index}`, count: length })),
        async *export(): AsyncGenerator<ExportPage> {
          for (const [index, each] of collections.entries()) yield { collection: `c${index}`, rows: each };
        },
      });
      const world = await createWorld({ sources: [source] });
      await world.acknowledged("export");
      const delivery = world.notifier.sent.findLast(({ notice }) => notice.type === "delivery");
      if (delivery?.attachment == null) throw new Error("no package was delivered");
      const files = await unpack(await buffer(delivery.attachment.read()));
      await world.rights.stop();
      const manifest = exportManifestSchema.parse(JSON.parse(String(files.get("manifest.json"))));
      const tables = manifest.collections.map(({ csv }) => String(files.get(csv?.path ?? "")).slice(1));
      expect(countedInPython(tables)).toEqual(collections.map(({ length }) => length));
    }),
    { numRuns: inject("isThorough") ? 100 : 4 },
  );
});
