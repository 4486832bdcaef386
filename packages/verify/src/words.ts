import type { EvidenceFile } from "@subject-rights/core";
import type { Verdict } from "./check-evidence.ts";

/** What the request was, and how it ended, in one sentence. */
export const summaryOf = ({ request, controller, deadline }: EvidenceFile): string => {
  const { kind, category, id, outcome, closedAt } = request;
  const end =
    closedAt === null ? "It was open when this file was made." : `It ended on ${closedAt} as ${outcome}.`;
  return `${controller}: ${kind} of ${category}, request ${id}, received on ${deadline.receivedOn}. ${end}`;
};

/** Without control characters: what a file says must not steer a terminal. */
const printable = (text: string): string => text.replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, "\ufffd");

const list = (title: string, lines: readonly string[]): string[] =>
  lines.length === 0 ? [] : ["", title, ...lines.map((line) => `  - ${printable(line)}`)];

/** The verdict, for a terminal. */
export const verdictText = ({ sound, file, problems, proven, notProven }: Verdict): string =>
  [
    ...(file === null ? [] : [printable(summaryOf(file))]),
    ...list("This is off:", problems),
    ...(sound ? list("This is proven:", proven) : []),
    ...(sound ? list("This is not proven:", notProven) : []),
    "",
    sound ? "Nothing is off." : "Do not rely on this file.",
  ].join("\n");
