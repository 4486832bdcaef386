import { styleText } from "node:util";
import type { SourceProgress } from "@subject-rights/core";
import { marks } from "./marks.ts";
import { columns, fit } from "./text.ts";

/** A bar a source. */
export interface ProgressBars {
  /** Shows how far one source has come; others stay as they were. */
  show(source: SourceProgress): void;
}

const titleWidth = 24;
const barWidth = 16;
const noteWidth = columns - titleWidth - barWidth - 9;

/** A terminal has the bars redrawn in place; a file or a pipe gets a line each time that one of them changes. */
export const progressBarsOn = (
  stream: NodeJS.WritableStream & { readonly isTTY?: boolean },
): ProgressBars => {
  const lines = new Map<string, string>();

  const lineOf = (source: SourceProgress): string => {
    const { sign, format } = marks[source.status];
    const full = Math.round(barWidth * shareOf(source));
    const bar = "█".repeat(full) + "░".repeat(barWidth - full);
    const note = fit(noteOf(source), noteWidth).trimEnd();
    return `  ${fit(source.title, titleWidth)}  ${bar}  ${styleText(format, sign, { stream })}  ${note}\n`;
  };

  return {
    show(source) {
      // It only helped to find out who the person is.
      if (source.task === "identify") return;
      const before = lines.size;
      const line = lineOf(source);
      if (lines.get(source.id) === line) return;
      lines.set(source.id, line);
      if (stream.isTTY !== true) stream.write(line);
      else {
        const back = before > 0 ? `\u001b[${before}A` : "";
        stream.write(back + [...lines.values()].map((each) => `\u001b[2K${each}`).join(""));
      }
    },
  };
};

const shareOf = ({ status, records, done }: SourceProgress): number =>
  status === "succeeded" ? 1 : records === null || records === 0 ? 0 : Math.min(1, done / records);

const noteOf = ({ status, task, problem, attempts, records, done, outcomes }: SourceProgress): string => {
  if (problem !== null) {
    return attempts === 0 ? "is tried again" : `${problem.code.replaceAll("-", " ")} (try ${attempts})`;
  }
  if (task === "export" && records !== null) return `${done} of ${counted(records)}`;
  const said = (["erased", "anonymised", "retained", "kept"] as const).flatMap((word) => {
    const count = outcomes.reduce((sum, each) => (each.outcome === word ? sum + each.count : sum), 0);
    return count === 0 ? [] : `${count} ${word}`;
  });
  if (said.length > 0) return said.join(", ");
  if (status === "succeeded") return task === "refresh" ? "refreshed" : "nothing there";
  return records === null || records === 0 ? "" : counted(records);
};

const counted = (records: number): string => `${records} ${records === 1 ? "record" : "records"}`;
