import { readFile } from "node:fs/promises";
import { relative } from "node:path";

export interface TestCounts {
  readonly passed: number;
  readonly failed: number;
  /** Skipped and `todo` together. */
  readonly skipped: number;
}

export interface Timed {
  readonly name: string;
  readonly seconds: number;
}

export interface TestReport {
  /** Whether every test ran well, and every file: one that could not be loaded, or prepared, has no test that failed. */
  readonly isGood: boolean;
  readonly tests: TestCounts;
  /** The ten files that took longest, the longest first. */
  readonly slowest: readonly Timed[];
}

export const noTests: TestCounts = { passed: 0, failed: 0, skipped: 0 };

interface VitestReport {
  readonly success: boolean;
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly numPendingTests: number;
  readonly numTodoTests: number;
  readonly testResults: readonly {
    readonly name: string;
    readonly startTime: number;
    readonly endTime: number;
  }[];
}

/** What vitest's JSON report says; no test at all where vitest died before it wrote one. */
export async function readReport(path: string): Promise<TestReport> {
  const text = await readFile(path, "utf8").catch(() => undefined);
  if (text === undefined) {
    return { isGood: false, tests: noTests, slowest: [] };
  }
  const report = JSON.parse(text) as VitestReport;
  return {
    isGood: report.success,
    tests: {
      passed: report.numPassedTests,
      failed: report.numFailedTests,
      skipped: report.numPendingTests + report.numTodoTests,
    },
    slowest: report.testResults
      .map(({ name, startTime, endTime }) => ({
        name: relative(process.cwd(), name),
        seconds: (endTime - startTime) / 1_000,
      }))
      .sort((one, other) => other.seconds - one.seconds)
      .slice(0, 10),
  };
}

export function tally({ passed, failed, skipped }: TestCounts): string {
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ""}`;
}
