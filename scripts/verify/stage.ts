import type { TestCounts } from "./test-counts.ts";

export interface StageResult {
  readonly ok: boolean;
  /** Shown in full when the stage fails. */
  readonly output: string;
  /** A few words shown after the stage's time. */
  readonly remark?: string;
  readonly tests?: TestCounts;
}

export interface Stage {
  readonly name: string;
  /** Not run when one of these failed in the same run. */
  readonly needs?: readonly string[];
  run(): Promise<StageResult>;
}
