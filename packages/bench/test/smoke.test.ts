import { describe, expect, inject, it } from "vitest";
import { benchmarks } from "../src/benchmarks/benchmarks.ts";
import { openDatabases } from "../src/harness/databases.ts";
import { machineOf } from "../src/harness/machine.ts";
import { runBenchmark } from "../src/harness/run-benchmark.ts";

/** One shows that benchmarks run; each begins with many rows, or processes. All of them: `npm run test:thorough`. */
const tried = benchmarks.filter(({ name }) => inject("isThorough") || name === "plan");

/** Each benchmark with tiny amounts: it does what it says, all sides did the same, and nothing is said of times. */
describe("every benchmark still works", () => {
  it.each(tried)("$name", { timeout: 120_000 }, async (benchmark) => {
    const databases = await openDatabases(inject("databaseUrl"));
    try {
      const { pool } = await databases.create();
      const machine = await machineOf(pool);
      const lines: string[] = [];
      const results = await runBenchmark(benchmark, {
        databases,
        machine,
        times: 1,
        size: 1,
        isSmoke: true,
        command: "pnpm bench --smoke",
        say: (line) => void lines.push(line),
      });
      expect(results.contests.length).toBeGreaterThan(0);
      for (const { comparisons, sides } of results.contests) {
        for (const { samples } of sides) expect(samples.length).toBeGreaterThan(0);
        for (const { figure, title } of comparisons) {
          expect(figure).toBeGreaterThan(0);
          expect(lines.join("\n")).toContain(title);
        }
      }
    } finally {
      await databases.stop();
    }
  });
});
