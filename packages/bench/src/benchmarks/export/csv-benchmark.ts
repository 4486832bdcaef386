import type { Benchmark } from "../../harness/benchmark.ts";
import type { Contest } from "../../harness/contest.ts";
import { exportSide } from "./export-side.ts";
import { fillVisits } from "./rows.ts";

export const csv: Benchmark = {
  name: "csv",
  about: "What a whole export costs with CSV beside JSON, against JSON alone: the same rows, the same way.",

  run: async (bench) => {
    const { pool, url } = await bench.database();
    const rows = bench.amount(1_000_000, 1_000);
    await bench.said(`Filling a table with ${rows.toLocaleString("en")} rows`, () => fillVisits(pool, rows));
    const contest = (way: "tables" | "any source"): Contest => ({
      title: way,
      unit: "rows",
      sides: [
        exportSide("JSON and CSV", `${way}, JSON and CSV`, url, rows),
        exportSide("JSON alone", `${way}, JSON`, url, rows),
      ],
      comparisons: [
        {
          title: `${way}, JSON and CSV`,
          measure: "cost",
          of: "JSON and CSV",
          against: "JSON alone",
          goal: { atMost: 1.6 },
        },
      ],
    });
    await bench.measure([contest("tables"), contest("any source")]);
  },
};
