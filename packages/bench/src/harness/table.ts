import type { Goal, Measure } from "./contest.ts";
import type { Judged } from "./judge.ts";

export const tableHead = ["", "measured", "against", "ratio", "over time", "goal", ""] as const;

const rounded = (value: number): string =>
  value >= 100 ? Math.round(value).toLocaleString("en") : value.toPrecision(3);

const figureText = (measure: Measure, unit: string, value: number): string => {
  switch (measure) {
    case "speed":
      return `${rounded(value)} ${unit}/s`;
    case "cost":
      return value < 1 ? `${rounded(value * 1_000)} ms` : `${rounded(value)} s`;
    case "memory":
      return `${rounded(value / 1_000_000)} MB`;
  }
};

const ratioText = (value: number): string => `${value < 0.1 ? value.toFixed(3) : value.toFixed(2)}×`;

const goalText = ({ measure, unit, ratio }: Judged, goal: Goal): string => {
  const [sign, value] = "atLeast" in goal ? ["≥", goal.atLeast] : ["≤", goal.atMost];
  return `${sign} ${ratio === null ? figureText(measure, unit, value) : `${value}×`}`;
};

/** The cells of one line. */
export const tableRow = (judged: Judged): string[] => {
  const {
    title,
    measure,
    unit,
    figure,
    against,
    againstUnit,
    againstFigure,
    ratio,
    lowest,
    highest,
    goal,
    isMet,
  } = judged;
  return [
    title,
    figureText(measure, unit, figure),
    againstFigure === null ? "" : `${against}: ${figureText(measure, againstUnit ?? unit, againstFigure)}`,
    ratio === null ? "" : ratioText(ratio),
    lowest === null || highest === null ? "" : `${ratioText(lowest)}–${ratioText(highest)}`,
    goal === null ? "" : goalText(judged, goal),
    isMet === null ? "" : isMet ? "met" : "MISSED",
  ];
};

/** Lines of text in which the columns stand below each other. */
export const aligned = (rows: readonly (readonly string[])[]): string[] => {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows.map((row) =>
    row
      .map((cell, column) =>
        column === 0 || column === 2 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0),
      )
      .join("  ")
      .trimEnd(),
  );
};
