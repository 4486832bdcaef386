import { availableParallelism } from "node:os";
import type { Stage, StageResult } from "./stage.ts";
import { noTests, type TestCounts, type Timed } from "./test-report.ts";

export interface StagesResult {
  readonly failed: readonly string[];
  readonly tests: TestCounts;
  /** What each stage took. */
  readonly stages: readonly Timed[];
  /** The files of tests that took longest. */
  readonly files: readonly Timed[];
}

/**
 * Runs all stages, begun in their order, one on each core. One that fills the machine waits now and then all the same:
 * one other runs beside it. A failure does not stop the ones that can still say something.
 */
export async function runStages(stages: readonly Stage[]): Promise<StagesResult> {
  const failed: string[] = [];
  const timed: Timed[] = [];
  let tests = noTests;
  let files: readonly Timed[] = [];

  const run = async (stage: Stage): Promise<void> => {
    const missing = (stage.needs ?? []).filter((name) => failed.includes(name));
    if (missing.length > 0) {
      failed.push(stage.name);
      console.log(`✗ ${stage.name}: not run, because ${missing.join(", ")} failed`);
      return;
    }
    const started = performance.now();
    const result = await outcomeOf(stage);
    const seconds = (performance.now() - started) / 1_000;
    timed.push({ name: stage.name, seconds });
    console.log(`${result.ok ? "✓" : "✗"} ${line({ name: stage.name, seconds })}${remarkOf(result)}`);
    if (!result.ok) {
      failed.push(stage.name);
      console.log(`${result.output.trimEnd()}\n`);
    }
    tests = result.tests ?? tests;
    files = result.slowest ?? files;
  };

  const underWay = new Map<Stage, Promise<void>>();
  const cores = availableParallelism();
  const coresOf = ({ fills }: Stage): number => (fills === true ? Math.max(1, cores - 1) : 1);
  const mayBegin = (stage: Stage): boolean => {
    const running = [...underWay.keys()];
    const taken = running.reduce((sum, each) => sum + coresOf(each), 0);
    return (
      running.length === 0 ||
      (taken + coresOf(stage) <= cores && !running.some(({ name }) => stage.needs?.includes(name)))
    );
  };
  for (const stage of stages) {
    while (!mayBegin(stage)) await Promise.race(underWay.values());
    underWay.set(
      stage,
      run(stage).finally(() => underWay.delete(stage)),
    );
  }
  await Promise.all(underWay.values());
  return { failed, tests, stages: timed, files };
}

/** The slowest, so that it is seen when something becomes slow. */
export function slowest(title: string, all: readonly Timed[]): string {
  const first = all.toSorted((one, other) => other.seconds - one.seconds).slice(0, 10);
  return [title, ...first.map((each) => `  ${each.seconds.toFixed(1).padStart(6)} s  ${each.name}`)].join(
    "\n",
  );
}

const line = ({ name, seconds }: Timed): string => `${name.padEnd(10)} ${seconds.toFixed(1).padStart(6)} s`;

const remarkOf = ({ remark }: StageResult): string => (remark === undefined ? "" : `  ${remark}`);

async function outcomeOf(stage: Stage): Promise<StageResult> {
  try {
    return await stage.run();
  } catch (cause) {
    return { ok: false, output: cause instanceof Error ? (cause.stack ?? cause.message) : String(cause) };
  }
}
