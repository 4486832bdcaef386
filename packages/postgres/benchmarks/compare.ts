/** Two ways to the same thing: what one costs as a multiple of the other. */
export interface Comparison {
  readonly title: string;
  /** What is divided by. */
  readonly baseline: Side;
  readonly measured: Side;
}

/** Is given the number of the round. Resolves with milliseconds where only a part of it counts, else all of it does. */
export type Side = (round: number) => Promise<number | undefined>;

export interface Compared {
  readonly title: string;
  /** Medians, in milliseconds. */
  readonly baseline: number;
  readonly measured: number;
  readonly ratio: number;
  /** The ratios of the parts that the run is cut into, one after the other: how far they differ is the noise. */
  readonly lowest: number;
  readonly highest: number;
}

const parts = 5;

const median = (values: readonly number[]): number => {
  const sorted = values.toSorted((one, other) => one - other);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1
    ? (sorted[middle] ?? 0)
    : ((sorted[middle - 1] ?? 0) + (sorted[middle] ?? 0)) / 2;
};

const timed = async (side: Side, round: number): Promise<number> => {
  const began = performance.now();
  const counted = await side(round);
  return counted ?? performance.now() - began;
};

/**
 * Runs both sides in turn, and all comparisons in turn, so that what else the machine does hits them alike. Who is
 * first changes with each round: the second finds what the first has warmed.
 */
export const compare = async (
  comparisons: readonly Comparison[],
  { rounds, warmUp }: { readonly rounds: number; readonly warmUp: number },
): Promise<readonly Compared[]> => {
  const times = comparisons.map((comparison) => ({
    comparison,
    baseline: [] as number[],
    measured: [] as number[],
  }));
  for (let round = -warmUp; round < rounds; round += 1) {
    for (const { comparison, baseline, measured } of times) {
      const both = [
        { side: comparison.baseline, into: baseline },
        { side: comparison.measured, into: measured },
      ];
      for (const { side, into } of round % 2 === 0 ? both : both.toReversed()) {
        const took = await timed(side, round + warmUp);
        if (round >= 0) into.push(took);
      }
    }
  }
  return times.map(({ comparison: { title }, baseline, measured }) => {
    const ratioOf = (from: number, to: number) =>
      median(measured.slice(from, to)) / median(baseline.slice(from, to));
    const size = Math.max(1, Math.floor(rounds / parts));
    const ratios = Array.from({ length: Math.floor(rounds / size) }, (_, part) =>
      ratioOf(part * size, (part + 1) * size),
    );
    return {
      title,
      baseline: median(baseline),
      measured: median(measured),
      ratio: ratioOf(0, rounds),
      lowest: Math.min(...ratios),
      highest: Math.max(...ratios),
    };
  });
};
