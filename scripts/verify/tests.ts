import { glob, mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { command } from "./command.ts";
import type { StageResult } from "./stage.ts";
import { readReport, tally } from "./test-report.ts";

/** Everything that must hold. */
export const runTests = (): Promise<StageResult> => vitest([]);

/** More of the same: the tests that know of more seeds, more kills, larger sizes, with all of them. */
export async function runThoroughTests(): Promise<StageResult> {
  const files: string[] = [];
  for await (const file of glob("{packages/*,examples}/test/**/*.test.ts")) {
    if ((await readFile(file, "utf8")).includes('inject("isThorough")')) files.push(file);
  }
  return vitest(files, { THOROUGH: "1" });
}

async function vitest(files: readonly string[], environment: NodeJS.ProcessEnv = {}): Promise<StageResult> {
  const folder = await mkdtemp(join(tmpdir(), "subject-rights-"));
  try {
    const path = join(folder, "vitest.json");
    const result = await command(
      "vitest",
      [
        "run",
        ...files,
        // A snapshot that is missing is a failure, not an occasion to write one.
        "--update=none",
        "--reporter=default",
        "--reporter=json",
        `--outputFile.json=${path}`,
      ],
      { environment, isFirst: true },
    );
    const { isGood, tests, slowest } = await readReport(path);
    const ran = tests.passed + tests.failed;
    const output = ran === 0 ? `${result.output}\nvitest ran no test` : result.output;
    return {
      ok: result.ok && isGood && ran > 0,
      output,
      remark: tally(tests),
      tests,
      slowest,
    };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
