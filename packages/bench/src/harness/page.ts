import { readFile, writeFile } from "node:fs/promises";
import { machineText } from "./machine.ts";
import { type Results, readResults } from "./results.ts";
import { tableHead, tableRow } from "./table.ts";

const begin = "<!-- Begin: written by `pnpm bench docs` from what was measured. -->";
const end = "<!-- End -->";

/** Writes the tables of the page anew, between its two markers. */
export const writePage = async (page: URL, folder: URL, names: readonly string[]): Promise<void> => {
  const text = await readFile(page, "utf8");
  const [from, to] = [text.indexOf(begin), text.indexOf(end)];
  if (from === -1 || to < from) throw new Error(`${page.pathname} has lost its two markers.`);
  const all = await Promise.all(names.map((name) => readResults(folder, name)));
  const sections = all.filter((each) => each !== undefined).map(sectionOf);
  await writeFile(page, `${text.slice(0, from)}${[begin, ...sections].join("\n\n")}\n\n${text.slice(to)}`);
};

const sectionOf = (results: Results): string => {
  const { benchmark, about, contests, notes, date, command, machine, settings } = results;
  const rows = contests.flatMap(({ comparisons }) => comparisons.map(tableRow));
  const rounds = [...new Set(contests.map((each) => each.rounds))].join(" and ");
  const missed = contests.flatMap(({ comparisons }) => comparisons.filter((each) => each.isMet === false));
  const reasons = [
    ...new Set(
      missed.map(({ title, whenMissed }) => (whenMissed === null ? null : `${title}: ${whenMissed}`)),
    ),
  ];
  return [
    `### ${benchmark}`,
    about,
    [line(tableHead), line(["---", "--:", "---", "--:", "--:", "--:", "---"]), ...rows.map(line)].join("\n"),
    ...notes,
    ...reasons.filter((reason) => reason !== null).map((reason) => `Missed — ${reason}`),
    `\`${command}\`, ${date.slice(0, 10)}, medians of ${rounds}${settings.size === 1 ? "" : `, size ${settings.size}`}: ${machineText(machine)}.`,
  ].join("\n\n");
};

const line = (cells: readonly string[]): string =>
  `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
