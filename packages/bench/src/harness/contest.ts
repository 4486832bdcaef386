/** What one run of one side came to. */
export interface Sample {
  readonly seconds: number;
  /** How much was done, in the unit of the contest. */
  readonly amount: number;
  /** What was done, as counts and hashes. Sides that tell the same thing have to tell it alike. */
  readonly did: Readonly<Record<string, number | string>>;
  /** The most memory that the process had, in bytes, where the side ran in a process of its own. */
  readonly peakBytes?: number;
}

/** One way to do the work. */
export interface Side {
  readonly name: string;
  /** What it counts, where that is not the unit of the contest. */
  readonly unit?: string;
  /** @param round counts from 0; the rounds that only warm up come first */
  run(round: number): Promise<Sample>;
}

/**
 * - `speed`: amount a second; more is better.
 * - `cost`: seconds for the same amount; less is better.
 * - `memory`: the peak of the process, in bytes; less is better.
 */
export type Measure = "speed" | "cost" | "memory";

export type Goal = { readonly atLeast: number } | { readonly atMost: number };

/** What is told of two sides, as one divided by the other; or of one, where `against` is left out. */
export interface Comparison {
  readonly title: string;
  readonly measure: Measure;
  readonly of: string;
  readonly against?: string;
  /** For the ratio. For a single side: of its figure, which is bytes where memory is measured. */
  readonly goal?: Goal;
  /** Why the goal is missed, where that is known. */
  readonly whenMissed?: string;
}

/** Several ways to the same thing, measured in turns. */
export interface Contest {
  readonly title: string;
  /** In the plural: "rows". */
  readonly unit: string;
  readonly sides: readonly Side[];
  readonly comparisons: readonly Comparison[];
}

export interface Pace {
  readonly rounds: number;
  readonly warmUp: number;
}
