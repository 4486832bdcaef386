import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { nodeFlags } from "../../src/node-flags.ts";

const sources = join(import.meta.dirname, "..", "..", "src");

/** These have tests of their own, interrupted or looked at more closely. */
const runByThemselves = [
  "erase-customer-data",
  "export-customer-data",
  "by-email",
  "postgres-application",
  "http-node",
  "http-express",
] as const;

export type RunByItself = (typeof runByThemselves)[number];

export const isRunByItself = (example: string): boolean => runByThemselves.some((each) => each === example);

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
  const child = spawn(process.execPath, [...nodeFlags, join(sources, file), ...words], {
    env: { ...process.env, EXAMPLES_FOLDER: folder, NO_COLOR: "1" },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let [shown, failures] = ["", ""];
  let isInterrupted = false;
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    failures += text;
  });
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    shown += text;
    if (interruption === undefined || isInterrupted || shown.search(interruption.at) < 0) return;
    isInterrupted = true;
    child.kill(interruption.with);
  });
  const [code, signal] = (await once(child, "close")) as [number | null, NodeJS.Signals | null];
  const requests = [...shown.matchAll(/^ {2}request {2,}(\S+)$/gm)].map(([, id = ""]) => id);
  return { code, signal, shown, failures, requests };
};
