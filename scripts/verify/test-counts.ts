import { readFile } from "node:fs/promises";

export interface TestCounts {
  readonly passed: number;
  readonly failed: number;
  /** Skipped and `todo` together. */
  readonly skipped: number;
}

export const noTests: TestCounts = { passed: 0, failed: 0, skipped: 0 };

interface VitestReport {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly numPendingTests: number;
  readonly numTodoTests: number;
}

/** Counts from vitest's JSON report; none where vitest died before it wrote one. */
export async function readTestCounts(path: string): Promise<TestCounts> {
  const text = await readFile(path, "utf8").catch(() => undefined);
  if (text === undefined) {
    return noTests;
  }
  const report = JSON.parse(text) as VitestReport;
  return {
    passed: report.numPassedTests,
    failed: report.numFailedTests,
    skipped: report.numPendingTests + report.numTodoTests,
  };
}

export function tally({ passed, failed, skipped }: TestCounts): string {
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ""}`;
}
