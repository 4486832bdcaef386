import type { Contest, Pace } from "./contest.ts";
import type { BenchDatabase } from "./databases.ts";

export interface Benchmark {
  readonly name: string;
  /** What is measured, in a sentence or two: it stands above its table. */
  readonly about: string;
  run(bench: Bench): Promise<void>;
}

/** What a benchmark works with. */
export interface Bench {
  /** Whether this run only shows that everything still works: tiny amounts, and times that mean nothing. */
  readonly isSmoke: boolean;
  /** How many rounds are counted. */
  readonly times: number;
  /** The full amount, scaled by `--size`; or the tiny one. */
  amount(full: number, tiny: number): number;
  /** A new database; it is dropped when the benchmark is over. */
  database(): Promise<BenchDatabase>;
  /** Says what takes a while, and how long it took. */
  said<Value>(what: string, work: () => Promise<Value>): Promise<Value>;
  /** Something that a reader of the table has to know; it stands below it. */
  note(text: string): void;
  /** Runs contests in turns, prints what came of them, and keeps it. Default: `times` rounds after one to warm up. */
  measure(contests: readonly Contest[], pace?: Pace): Promise<void>;
}
