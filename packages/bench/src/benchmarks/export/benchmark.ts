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

const writtenTwice =
  "every row is encrypted and stored before the package is made, so that a kill costs a page and not the export" +
  "; then it is read again and compressed. COPY alone writes nothing. A cursor into a ZIP without any of that takes longer.";
const buffers =
  "Node and its libraries are some 45 MB, and dead buffers pile up to about 64 MB before they are freed. What was " +
  "freed is not all given back, so that the peak rises a little with the time it takes.";

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
            whenMissed: writtenTwice,
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
          {
            title: "peak of memory",
            measure: "memory",
            of: names.tables,
            goal: { atMost: 100_000_000 },
            whenMissed: buffers,
          },
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
              whenMissed: buffers,
            },
            {
              title: "memory for ten times the rows",
              measure: "memory",
              of: "ten million",
              goal: { atMost: 100_000_000 },
              whenMissed: buffers,
            },
          ],
        },
      ],
      { rounds: Math.min(3, bench.times), warmUp: 0 },
    );
  },
};
