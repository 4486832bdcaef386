/** Runs every example, one after the other. `npm run demo erase-user-data` runs those that are named. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { parseArgs } from "node:util";

const examples = [
  "erase-customer-data",
  "erase-user-data",
  "export-customer-data",
  "export-user-data",
  "export-user-telemetry",
  "custom-data-source",
];

const { positionals } = parseArgs({ allowPositionals: true });
const unknown = positionals.filter((name) => !examples.includes(name));
if (unknown.length > 0) {
  console.error(`No example ${unknown.join(", ")}. There are: ${examples.join(", ")}.`);
  process.exit(2);
}

const started = performance.now();
for (const example of positionals.length > 0 ? positionals : examples) {
  const main = join(import.meta.dirname, example, "main.ts");
  const child = spawn(process.execPath, ["--conditions=source", main], { stdio: "inherit" });
  const [code] = await once(child, "exit");
  if (code !== 0) {
    console.error(`\nThe example ${example} failed.`);
    process.exit(1);
  }
}
const seconds = ((performance.now() - started) / 1_000).toFixed(0);
console.log(`\nAll of it ran in ${seconds} s. What it leaves to look at is in .output/examples/`);
