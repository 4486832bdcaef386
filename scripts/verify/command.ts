import { spawn } from "node:child_process";
import { constants, setPriority } from "node:os";
import type { StageResult } from "./stage.ts";

export interface CommandOptions {
  readonly cwd?: string;
  /** Beside the environment that there is. */
  readonly environment?: NodeJS.ProcessEnv;
  /** Whether it may take the cores from others: what waits for real time does not, what only computes can wait. */
  readonly isFirst?: boolean;
}

/**
 * For tools in Go that compile: nearly all that they make is there until their end, and what the collector takes to find
 * that out is a quarter of their time. Above the limit it comes all the same.
 */
export const uncollected: NodeJS.ProcessEnv = { GOGC: "off", GOMEMLIMIT: "3GiB" };

/** Runs one tool and keeps what it prints, in the order in which it came. */
export function command(
  program: string,
  args: readonly string[],
  { cwd, environment = {}, isFirst = false }: CommandOptions = {},
): Promise<StageResult> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    const env = { ...process.env, ...environment };
    const child = spawn(program, args, { cwd, env, stdio: ["ignore", "pipe", "pipe"] });
    if (!isFirst && child.pid !== undefined) setPriority(child.pid, constants.priority.PRIORITY_BELOW_NORMAL);
    child.stdout.on("data", (chunk: Buffer) => chunks.push(chunk));
    child.stderr.on("data", (chunk: Buffer) => chunks.push(chunk));
    child.on("error", (error) => resolve({ ok: false, output: `${program}: ${error.message}` }));
    child.on("close", (code, signal) => {
      const ended = code === 0 ? "" : `\n${program} ended with ${code ?? signal}`;
      resolve({ ok: code === 0, output: Buffer.concat(chunks).toString() + ended });
    });
  });
}

/** The results of several commands as one, with the output of those that failed. */
export function together(results: readonly StageResult[]): StageResult {
  const failures = results.filter(({ ok }) => !ok);
  return { ok: failures.length === 0, output: failures.map(({ output }) => output).join("\n") };
}
