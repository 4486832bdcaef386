import { mkdir, readFile, writeFile } from "node:fs/promises";
import type { Sample } from "./contest.ts";
import type { Judged } from "./judge.ts";
import type { Machine } from "./machine.ts";

/** Everything that one benchmark came to, as it is written. */
export interface Results {
  readonly benchmark: string;
  readonly about: string;
  readonly date: string;
  readonly command: string;
  readonly machine: Machine;
  readonly settings: { readonly times: number; readonly size: number };
  readonly contests: readonly ContestResults[];
  readonly notes: readonly string[];
}

export interface ContestResults {
  readonly title: string;
  readonly unit: string;
  readonly rounds: number;
  readonly comparisons: readonly Judged[];
  readonly sides: readonly { readonly name: string; readonly samples: readonly Sample[] }[];
}

const fileOf = (folder: URL, name: string): URL => new URL(`${name}.json`, folder);

/** @param folder ends in a slash */
export const writeResults = async (folder: URL, results: Results): Promise<void> => {
  await mkdir(folder, { recursive: true });
  await writeFile(fileOf(folder, results.benchmark), `${JSON.stringify(results, null, 2)}\n`);
};

/** The latest of one benchmark; undefined where it was never run here. */
export const readResults = async (folder: URL, name: string): Promise<Results | undefined> => {
  const text = await readFile(fileOf(folder, name), "utf8").catch((thrown: NodeJS.ErrnoException) => {
    if (thrown.code === "ENOENT") return undefined;
    throw thrown;
  });
  return text === undefined ? undefined : (JSON.parse(text) as Results);
};
