// Everything that must hold, stage by stage: `pnpm verify` for all, `pnpm verify lint test` for some.
import { runStages } from "./verify/run-stages.ts";
import { stages } from "./verify/stages.ts";
import { tally } from "./verify/test-counts.ts";

const wanted = process.argv.slice(2);
const known = stages.map(({ name }) => name);
const unknown = wanted.filter((name) => !known.includes(name));
if (unknown.length > 0) {
  console.error(`No stage ${unknown.join(", ")}. There are: ${known.join(", ")}.`);
  process.exit(2);
}

const chosen = wanted.length === 0 ? stages : stages.filter(({ name }) => wanted.includes(name));
const { failed, tests } = await runStages(chosen);

if (failed.length > 0) {
  console.log(`\nFailed: ${failed.join(", ")}`);
  process.exitCode = 1;
}
// The last line: what vitest really ran, or nothing where it was not asked to.
if (chosen.some(({ name }) => name === "test")) {
  console.log(tally(tests));
}
