/** Runs every example, and shows one after the other. `npm run demo erase-user-data` runs those that are named. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { constants } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { examples } from "./examples.ts";
import { nodeFlags } from "./node-flags.ts";
import { isLeftUnfinished } from "./story/place.ts";

const { positionals, tokens } = parseArgs({ allowPositionals: true, strict: false, tokens: true });
const options = tokens.flatMap((token) => (token.kind === "option" ? [token.rawName] : []));
const usage = `npm run demo [NAME …]   runs the examples that are named, or all. There are: ${examples.join(", ")}.`;
if (options.includes("--help")) {
  console.log(usage);
  process.exit(0);
}
const unknown = [...options, ...positionals.filter((name) => !examples.includes(name))];
if (unknown.length > 0) {
  console.error(`No example ${unknown.join(", ")}.\n\n${usage}`);
  process.exit(2);
}

// What one of them has compiled, the next one need not.
const compiled = join(import.meta.dirname, "..", "..", ".output", "compiled");
const env = {
  NODE_COMPILE_CACHE: compiled,
  ...(process.stdout.isTTY && process.env["NO_COLOR"] === undefined && { FORCE_COLOR: "1" }),
  ...process.env,
};

interface Running {
  readonly child: ChildProcess;
  readonly ended: Promise<number | null>;
  /** Shows what it has printed so far, and from then on what it prints. */
  show(): void;
}

const start = (example: string): Running => {
  const main = join(import.meta.dirname, example, "main.ts");
  const child = spawn(process.execPath, [...nodeFlags, main], { stdio: ["ignore", "pipe", "pipe"], env });
  const kept: (() => void)[] = [];
  let isShown = false;
  for (const name of ["stdout", "stderr"] as const) {
    child[name].on("data", (chunk: Buffer) => {
      const print = () => void process[name].write(chunk);
      if (isShown) print();
      else kept.push(print);
    });
  }
  return {
    child,
    ended: once(child, "close").then(([code]) => code as number | null),
    show: () => {
      isShown = true;
      for (const print of kept) print();
    },
  };
};

// They close what they have open, and say what is to be said; then this ends as well. A terminal sends Ctrl-C to all of
// them, another program perhaps only to this one.
let interrupted: NodeJS.Signals | null = null;
const running = new Set<Running>();
const stopAll = async (signal: NodeJS.Signals): Promise<void> => {
  for (const { child } of running) child.kill(signal);
  await Promise.all([...running].map(({ ended }) => ended));
};
for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.on(signal, () => {
    interrupted ??= signal;
    void stopAll(signal);
  });
}

const started = performance.now();
const chosen = positionals.length > 0 ? positionals : examples;
// What was interrupted goes on first.
const inOrder = chosen.toSorted(
  (one, other) => Number(isLeftUnfinished(other)) - Number(isLeftUnfinished(one)),
);
// While one is shown, the next is at work already: they have nothing in common, and wait most of their time.
let next: Running | null = null;
for (const [index, example] of inOrder.entries()) {
  const current: Running = next ?? start(example);
  const following = inOrder[index + 1];
  next = following === undefined ? null : start(following);
  for (const each of [current, next]) if (each !== null) running.add(each);
  current.show();
  const code = await current.ended;
  running.delete(current);
  if (interrupted !== null) {
    await stopAll(interrupted);
    process.exit(128 + constants.signals[interrupted]);
  }
  if (code !== 0) {
    console.error(`\nThe example ${example} failed.`);
    await stopAll("SIGTERM");
    process.exit(1);
  }
}
const seconds = ((performance.now() - started) / 1_000).toFixed(0);
console.log(`\nAll of it ran in ${seconds} s. What it leaves to look at is in .output/examples/`);
