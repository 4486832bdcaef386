import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { command } from "./command.ts";
import type { StageResult } from "./stage.ts";
import { readTestCounts, tally } from "./test-counts.ts";

export async function runTests(): Promise<StageResult> {
  const folder = await mkdtemp(join(tmpdir(), "subject-rights-"));
  try {
    const report = join(folder, "vitest.json");
    const result = await command("vitest", [
      "run",
      // A snapshot that is missing is a failure, not an occasion to write one.
      "--update=none",
      "--reporter=default",
      "--reporter=json",
      `--outputFile.json=${report}`,
    ]);
    const tests = await readTestCounts(report);
    const ran = tests.passed + tests.failed;
    const output = ran === 0 ? `${result.output}\nvitest ran no test` : result.output;
    return { ok: result.ok && ran > 0 && tests.failed === 0, output, remark: tally(tests), tests };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
