import type { TestCounts, Timed } from "./test-report.ts";

export interface StageResult {
  readonly ok: boolean;
  /** Shown in full when the stage fails. */
  readonly output: string;
  /** A few words shown after the stage's time. */
  readonly remark?: string;
  readonly tests?: TestCounts;
  /** What took longest in it. */
  readonly slowest?: readonly Timed[];
}

export interface Stage {
  readonly name: string;
  /** Not run when one of these failed in the same run. */
  readonly needs?: readonly string[];
  /** Uses all cores by itself: one other stage runs beside it, with what it leaves. */
  readonly fills?: true;
  /** Runs only where it is named. */
  readonly onlyNamed?: true;
  run(): Promise<StageResult>;
}
