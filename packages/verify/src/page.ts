import type { EvidenceFile } from "@subject-rights/core";
import type { Verdict } from "./check-evidence.ts";
import { summaryOf } from "./words.ts";

const escaped = (text: string): string =>
  text.replaceAll(/[&<>"']/g, (each) => `&#${each.charCodeAt(0)};`).replaceAll(/[\p{Cc}\p{Cf}]/gu, "\ufffd");

type Cell = string | number | boolean | null;

const shown = (cell: Cell): string => escaped(cell === null ? "–" : String(cell));

const table = (title: string, head: readonly string[], rows: readonly (readonly Cell[])[]): string =>
  rows.length === 0
    ? ""
    : `<h2>${escaped(title)}</h2><table><thead><tr>${head.map((each) => `<th scope="col">${escaped(each)}</th>`).join("")}</tr></thead>
<tbody>${rows.map((row) => `<tr>${row.map((cell) => `<td>${shown(cell)}</td>`).join("")}</tr>`).join("\n")}</tbody></table>`;

const list = (title: string, lines: readonly string[]): string =>
  lines.length === 0
    ? ""
    : `<h2>${escaped(title)}</h2><ul>${lines.map((line) => `<li>${escaped(line)}</li>`).join("")}</ul>`;

const style = `body{font:1rem/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:#111;background:#fff}
table{border-collapse:collapse;width:100%}th,td{border:1px solid #767676;padding:.25rem .5rem;text-align:left;vertical-align:top;overflow-wrap:anywhere}
.off{border:3px solid #a00;padding:0 1rem}@media print{body{margin:0;max-width:none}tr{break-inside:avoid}}`;

/** At most so many audit entries are shown: the file has all of them. */
const mostEntries = 1_000;

/** The evidence and what it proves, as a page to read and to print. It fetches nothing and runs nothing. */
export const evidencePage = (verdict: Verdict): string => {
  const { sound, file, problems, proven, notProven } = verdict;
  const judged = sound
    ? `${list("This is proven", proven)}${list("This is not proven", notProven)}`
    : `<div class="off"><p><strong>Do not rely on this file.</strong></p>${list("This is off", problems)}</div>`;
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>Evidence</title><style>${style}</style></head>
<body><h1>Evidence</h1>${file === null ? "" : `<p>${escaped(summaryOf(file))}</p>`}
${judged}${file === null ? "" : factsOf(file)}</body></html>
`;
};

const factsOf = ({ deadline, plan, approval, sources, grades, messages, audit }: EvidenceFile): string =>
  [
    list("Deadline", [deadline.explanation]),
    table(
      "What was planned",
      ["Source", "Collection", "Records", "Becomes"],
      (plan?.sources ?? []).flatMap(({ source, task, collections }) =>
        collections === null
          ? [[source, null, null, task] as Cell[]]
          : collections.map(({ collection, count, becomes }): Cell[] => [source, collection, count, becomes]),
      ),
    ),
    approval === null
      ? ""
      : table(
          "Approval",
          ["Plan", "State", "By", "At"],
          [[approval.plan, approval.state, approval.approvedBy, approval.approvedAt]],
        ),
    table(
      "What was done",
      ["Source", "Collection", "Outcome", "Records", "Until", "Why"],
      sources.flatMap(({ title, outcomes, left = [], settled }) => [
        ...outcomes.map((each): Cell[] => [
          title,
          each.collection,
          each.outcome,
          each.count,
          each.until,
          each.reason,
        ]),
        ...left.map(({ collection, count }): Cell[] => [
          title,
          collection,
          "there when last asked",
          count,
          null,
          null,
        ]),
        ...(settled === null ? [] : [[title, null, "closed by hand", null, null, settled.reason] as Cell[]]),
      ]),
    ),
    table(
      "How well it is proven",
      ["Source", "Collection", "Grade", "Kept by law"],
      grades.map(({ source, collection, grade, retained }) => [source, collection, grade, retained]),
    ),
    table(
      "Messages",
      ["Message", "Status", "Sent"],
      messages.map(({ id, status, sentAt }) => [id, status, sentAt]),
    ),
    audit.checkpoint === null
      ? ""
      : table(
          "Checkpoint",
          ["Number", "When", "Entries under it", "Ends of audits", "Root"],
          [
            [
              audit.checkpoint.checkpoint.number,
              audit.checkpoint.checkpoint.at,
              audit.checkpoint.head.entries,
              audit.checkpoint.checkpoint.leaves,
              audit.checkpoint.checkpoint.root,
            ],
          ],
        ),
    table(
      audit.entries.length > mostEntries
        ? `Audit: the first ${mostEntries} of ${audit.entries.length} entries`
        : "Audit",
      ["Number", "When", "Who", "What", "Source", "Hash"],
      audit.entries
        .slice(0, mostEntries)
        .map(({ sequence, at, actor, action, source, hash }) => [sequence, at, actor, action, source, hash]),
    ),
  ].join("\n");
