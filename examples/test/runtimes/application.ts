import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { setTimeout as pause } from "node:timers/promises";
import type { Runtime } from "./runtimes.ts";

/** Milliseconds that are enough for an end; a call that is under way may take a minute. */
export const inTime = 20_000;

/** Milliseconds after which something is amiss. */
const longest = 120_000;

/** A process that is to end by itself when it is told to. */
export interface Application {
  /** Resolves when it has printed this line; rejects where it ends before. */
  printed(line: string): Promise<void>;
  /** Sends SIGTERM. @returns what it printed, line by line. @throws where it does not end well, or not in time */
  end(milliseconds: number): Promise<readonly string[]>;
  kill(): void;
}

export const startApplication = (
  { title, program, args }: Runtime,
  file: string,
  { cwd, env = {} }: { readonly cwd: string; readonly env?: NodeJS.ProcessEnv },
): Application => {
  const child: ChildProcess = spawn(program, [...args, file], {
    cwd,
    env: { ...process.env, ...env },
    stdio: ["ignore", "pipe", "inherit"],
    timeout: longest,
    killSignal: "SIGKILL",
  });
  const ended = once(child, "close");
  const lines: string[] = [];
  let look = (): void => undefined;
  if (child.stdout !== null)
    createInterface(child.stdout).on("line", (line) => {
      lines.push(line);
      look();
    });
  return {
    printed: (line) =>
      new Promise((resolve, reject) => {
        look = () => {
          if (lines.includes(line)) resolve();
        };
        look();
        void ended.then(() =>
          reject(new Error(`${title} printed no "${line}", but ${JSON.stringify(lines)}`)),
        );
      }),
    end: async (milliseconds) => {
      child.kill("SIGTERM");
      const late = pause(milliseconds, "late", { ref: false });
      if ((await Promise.race([ended, late])) === "late")
        throw new Error(`${title} did not end within ${milliseconds} ms of SIGTERM`);
      if (child.exitCode !== 0) throw new Error(`${title} ended with ${child.exitCode ?? child.signalCode}`);
      return lines;
    },
    kill: () => void child.kill("SIGKILL"),
  };
};
