import type { Benchmark } from "../../harness/benchmark.ts";
import { exportSide } from "./export-side.ts";
import { fillVisits } from "./rows.ts";

const names = {
  tables: "tables",
  any: "any source",
  stored: "tables, in PostgreSQL",
  copy: "COPY alone",
  cursor: "cursor into yazl",
  collect: "everything first",
} as const;

export const exports: Benchmark = {
  name: "export",
  about: `One person's rows through the whole library: read, staged encrypted, packed into a ZIP with its SHA-256. \
"Tables" is the declared source over PostgreSQL, "any source" one that yields objects page by page. Packages are kept \
in files, as the hand-written scripts keep theirs. Each run has a process of its own, and its peak of memory with it.`,

  run: async (bench) => {
    const few = await bench.database();
    const many = await bench.database();
    const rows = bench.amount(1_000_000, 2_000);
    await bench.said(`Filling a table with ${rows.toLocaleString("en")} rows`, () =>
      fillVisits(few.pool, rows),
    );
    const side = (name: string, way: Parameters<typeof exportSide>[1]) =>
      exportSide(name, way, few.url, rows);
    await bench.measure([
      {
        title: "Export",
        unit: "rows",
        sides: [
          side(names.tables, "tables, JSON"),
          side(names.any, "any source, JSON"),
          side(names.stored, "tables, JSON and CSV, in PostgreSQL"),
          side(names.copy, "copy"),
          side(names.cursor, "cursor"),
          side(names.collect, "collect"),
        ],
        comparisons: [
          {
            title: "tables, JSON alone",
            measure: "cost",
            of: names.tables,
            against: names.copy,
            goal: { atMost: 2.5 },
          },
          { title: "tables, JSON alone", measure: "cost", of: names.tables, against: names.cursor },
          { title: "tables, JSON alone", measure: "cost", of: names.tables, against: names.collect },
          {
            title: "tables, JSON and CSV, packages in PostgreSQL",
            measure: "cost",
            of: names.stored,
            against: names.cursor,
          },
          {
            title: "any source, JSON alone",
            measure: "cost",
            of: names.any,
            against: names.cursor,
            goal: { atMost: 1.7 },
          },
          { title: "peak of memory", measure: "memory", of: names.tables, goal: { atMost: 100_000_000 } },
          { title: "peak of memory", measure: "memory", of: names.any, against: names.collect },
        ],
      },
    ]);
    const more = rows * 10;
    await bench.said(`Filling a table with ${more.toLocaleString("en")} rows`, () =>
      fillVisits(many.pool, more),
    );
    await bench.measure(
      [
        {
          title: "Memory",
          unit: "rows",
          sides: [
            side("a million", "tables, JSON"),
            exportSide("ten million", "tables, JSON", many.url, more),
          ],
          comparisons: [
            {
              title: "memory for ten times the rows",
              measure: "memory",
              of: "ten million",
              against: "a million",
              goal: { atMost: 1.05 },
            },
            {
              title: "memory for ten times the rows",
              measure: "memory",
              of: "ten million",
              goal: { atMost: 100_000_000 },
            },
          ],
        },
      ],
      { rounds: Math.min(3, bench.times), warmUp: 0 },
    );
  },
};
