import type { Stage, StageResult } from "./stage.ts";
import { noTests, type TestCounts } from "./test-counts.ts";

export interface StagesResult {
  readonly failed: readonly string[];
  readonly tests: TestCounts;
}

/** One stage after another; a failure does not stop the ones that can still say something. */
export async function runStages(stages: readonly Stage[]): Promise<StagesResult> {
  const failed: string[] = [];
  let tests = noTests;
  for (const stage of stages) {
    const missing = (stage.needs ?? []).filter((name) => failed.includes(name));
    if (missing.length > 0) {
      failed.push(stage.name);
      console.log(`✗ ${stage.name}: not run, because ${missing.join(", ")} failed`);
      continue;
    }
    const started = performance.now();
    const result = await outcomeOf(stage);
    const seconds = ((performance.now() - started) / 1000).toFixed(1);
    const remark = result.remark === undefined ? "" : `  ${result.remark}`;
    console.log(`${result.ok ? "✓" : "✗"} ${stage.name.padEnd(10)} ${seconds.padStart(6)} s${remark}`);
    if (!result.ok) {
      failed.push(stage.name);
      console.log(`${result.output.trimEnd()}\n`);
    }
    tests = result.tests ?? tests;
  }
  return { failed, tests };
}

async function outcomeOf(stage: Stage): Promise<StageResult> {
  try {
    return await stage.run();
  } catch (cause) {
    return { ok: false, output: cause instanceof Error ? (cause.stack ?? cause.message) : String(cause) };
  }
}
