import type { Comparison, Contest, Goal, Measure, Sample } from "./contest.ts";
import type { Measured } from "./measure.ts";
import { inParts, median } from "./statistics.ts";

/** A comparison with its figures: medians over the rounds. */
export interface Judged {
  readonly title: string;
  readonly measure: Measure;
  readonly of: string;
  readonly unit: string;
  /** Amount a second, seconds, or bytes. */
  readonly figure: number;
  readonly against: string | null;
  readonly againstUnit: string | null;
  readonly againstFigure: number | null;
  /** The first figure divided by the second; null where there is no second. */
  readonly ratio: number | null;
  /** The ratios of the parts that the run is cut into, one after the other: how far they differ is the noise. */
  readonly lowest: number | null;
  readonly highest: number | null;
  readonly goal: Goal | null;
  readonly isMet: boolean | null;
  readonly whenMissed: string | null;
}

export const judge = ({ contest, samples }: Measured): Judged[] =>
  contest.comparisons.map((comparison) => judged(contest, samples, comparison));

const judged = (
  contest: Contest,
  samples: readonly (readonly Sample[])[],
  { title, measure, of, against, goal, whenMissed }: Comparison,
): Judged => {
  const seriesOf = (name: string): readonly number[] => {
    const index = contest.sides.findIndex((side) => side.name === name);
    const series = samples[index];
    if (series === undefined) throw new Error(`${contest.title} has no side "${name}".`);
    return series.map((sample) => figureOf(measure, sample));
  };
  const unitOf = (name: string): string =>
    contest.sides.find((side) => side.name === name)?.unit ?? contest.unit;
  const own = seriesOf(of);
  const other = against === undefined ? null : seriesOf(against);
  const ratio = other === null ? null : median(own) / median(other);
  const others = other === null ? [] : inParts(other);
  const ratios = inParts(own).flatMap((part, index) => {
    const beside = others[index];
    return beside === undefined ? [] : [median(part) / median(beside)];
  });
  return {
    title,
    measure,
    of,
    unit: unitOf(of),
    figure: median(own),
    against: against ?? null,
    againstUnit: against === undefined ? null : unitOf(against),
    againstFigure: other === null ? null : median(other),
    ratio,
    lowest: ratios.length === 0 ? null : Math.min(...ratios),
    highest: ratios.length === 0 ? null : Math.max(...ratios),
    goal: goal ?? null,
    isMet: goal === undefined ? null : isMet(goal, ratio ?? median(own)),
    whenMissed: whenMissed ?? null,
  };
};

const figureOf = (measure: Measure, { seconds, amount, peakBytes }: Sample): number => {
  switch (measure) {
    case "speed":
      return amount / seconds;
    case "cost":
      return seconds;
    case "memory":
      if (peakBytes === undefined) throw new Error("No memory was measured.");
      return peakBytes;
  }
};

const isMet = (goal: Goal, value: number): boolean =>
  "atLeast" in goal ? value >= goal.atLeast : value <= goal.atMost;
