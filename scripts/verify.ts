// Everything that must hold, stage by stage: `pnpm verify` for all, `pnpm verify lint test` for some.
import { runStages, slowest } from "./verify/run-stages.ts";
import { stages } from "./verify/stages.ts";
import { tally } from "./verify/test-report.ts";

const wanted = process.argv.slice(2);
const known = stages.map(({ name }) => name);
const unknown = wanted.filter((name) => !known.includes(name));
if (unknown.length > 0) {
  console.error(`No stage ${unknown.join(", ")}. There are: ${known.join(", ")}.`);
  process.exit(2);
}

const chosen =
  wanted.length === 0
    ? stages.filter(({ onlyNamed }) => onlyNamed !== true)
    : stages.filter(({ name }) => wanted.includes(name));
const result = await runStages(chosen);

console.log(`\n${slowest("Slowest stages", result.stages)}`);
if (result.files.length > 0) console.log(slowest("Slowest files of tests", result.files));

if (result.failed.length > 0) {
  console.log(`\nFailed: ${result.failed.join(", ")}`);
  process.exitCode = 1;
}
// The last line: what vitest really ran, or nothing where it was not asked to.
if (chosen.some(({ name }) => name === "test" || name === "thorough")) {
  console.log(tally(result.tests));
}
