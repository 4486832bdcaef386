/** Runs every example, one after the other. `npm run demo erase-user-data` runs those that are named. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { constants } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { examples } from "./examples.ts";
import { nodeFlags } from "./node-flags.ts";
import { isLeftUnfinished } from "./story/place.ts";

const { positionals } = parseArgs({ allowPositionals: true });
const unknown = positionals.filter((name) => !examples.includes(name));
if (unknown.length > 0) {
  console.error(`No example ${unknown.join(", ")}. There are: ${examples.join(", ")}.`);
  process.exit(2);
}

// The example closes what it has open, and says what is to be said; then this ends as well. A terminal sends Ctrl-C
// to both, another program perhaps only to this one.
let interrupted: NodeJS.Signals | null = null;
let child: ReturnType<typeof spawn> | null = null;
for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.on(signal, () => {
    interrupted ??= signal;
    child?.kill(signal);
  });
}

// What one of them has compiled, the next one need not.
const compiled = join(import.meta.dirname, "..", "..", ".output", "compiled");
const env = { NODE_COMPILE_CACHE: compiled, ...process.env };

const started = performance.now();
const chosen = positionals.length > 0 ? positionals : examples;
// What was interrupted goes on first.
const inOrder = chosen.toSorted(
  (one, other) => Number(isLeftUnfinished(other)) - Number(isLeftUnfinished(one)),
);
for (const example of inOrder) {
  const main = join(import.meta.dirname, example, "main.ts");
  child = spawn(process.execPath, [...nodeFlags, main], { stdio: "inherit", env });
  const [code] = await once(child, "exit");
  if (interrupted !== null) process.exit(128 + constants.signals[interrupted]);
  if (code !== 0) {
    console.error(`\nThe example ${example} failed.`);
    process.exit(1);
  }
}
const seconds = ((performance.now() - started) / 1_000).toFixed(0);
console.log(`\nAll of it ran in ${seconds} s. What it leaves to look at is in .output/examples/`);
