import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { nodeFlags } from "../../src/node-flags.ts";

const sources = join(import.meta.dirname, "..", "..", "src");

/** How a run ended, and everything that it showed. */
export interface ExampleRun {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly shown: string;
  /** What it wrote to where failures go. */
  readonly failures: string;
  /** The requests that it says it works on. */
  readonly requests: readonly string[];
}

/** Ends a run as soon as it has shown this. */
export interface Interruption {
  readonly at: string | RegExp;
  readonly with: NodeJS.Signals;
}

/**
 * Runs an example as `npm run demo` would, in a folder of the test's own.
 *
 * @param file below `src/`, with arguments behind it
 */
export const runExample = async (
  [file, ...words]: readonly [string, ...string[]],
  folder: string,
  interruption?: Interruption,
): Promise<ExampleRun> => {
  const child = start([join(sources, file), ...words], folder);
  let [shown, failures] = ["", ""];
  let isInterrupted = false;
  child.stderr.setEncoding("utf8").on("data", (chunk: string) => {
    failures += chunk;
  });
  child.stdout.setEncoding("utf8").on("data", (chunk: string) => {
    shown += chunk;
    if (interruption === undefined || isInterrupted || shown.search(interruption.at) < 0) return;
    isInterrupted = true;
    child.kill(interruption.with);
  });
  const [code, signal] = (await once(child, "close")) as [number | null, NodeJS.Signals | null];
  return { code, signal, shown, failures, requests: requestsIn(shown) };
};

/**
 * Runs examples one after the other in one process, which spares most of what each would take to start. One that is
 * named twice is run twice: the second run is `NAME again`, and what the first left is in the folder `NAME before`.
 */
export const runInTurn = async (names: readonly string[], folder: string): Promise<RunsInTurn> => {
  const child = start([join(import.meta.dirname, "run-in-turn.ts"), folder, ...names], folder);
  const [shown, failures, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, "close") as Promise<[number | null]>,
  ]);
  const runs = new Map<string, Pick<ExampleRun, "shown" | "requests">>();
  for (const part of shown.split(/^>>> /m).slice(1)) {
    const end = part.indexOf("\n");
    const rest = part.slice(end + 1);
    runs.set(part.slice(0, end), { shown: rest, requests: requestsIn(rest) });
  }
  return { code, failures, runs };
};

interface RunsInTurn extends Pick<ExampleRun, "code" | "failures"> {
  /** Of each, what it showed. */
  readonly runs: ReadonlyMap<string, Pick<ExampleRun, "shown" | "requests">>;
}

const start = (words: readonly string[], folder: string) =>
  spawn(process.execPath, [...nodeFlags, ...words], {
    env: { ...process.env, EXAMPLES_FOLDER: folder, NO_COLOR: "1" },
    stdio: ["ignore", "pipe", "pipe"],
  });

const requestsIn = (shown: string): string[] =>
  [...shown.matchAll(/^ {2}request {2,}(\S+)$/gm)].map(([, id = ""]) => id);
