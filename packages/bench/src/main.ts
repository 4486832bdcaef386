// `pnpm bench` measures everything, `pnpm bench NAME` one benchmark; `pnpm bench docs` only writes the page anew.
import { parseArgs } from "node:util";
import pg from "pg";
import { benchmarks } from "./benchmarks/benchmarks.ts";
import { openDatabases } from "./harness/databases.ts";
import { type Machine, machineOf, machineText } from "./harness/machine.ts";
import { writePage } from "./harness/page.ts";
import { writeResults } from "./harness/results.ts";
import { runBenchmark } from "./harness/run-benchmark.ts";

const usage = `pnpm bench [NAME …] [options]

  --times N    rounds that count, after one to warm up; the medians are told (5)
  --size X     more or less work than usual: 0.1 is a tenth (1)
  --smoke      tiny amounts: shows that everything works, and writes nothing
  --docs       writes the tables of docs/performance.md anew when all is measured

  pnpm bench docs   only writes them, from what was measured before

Benchmarks: ${benchmarks.map(({ name }) => name).join(", ")}.
A server is started for it, unless DATABASE_URL names one.`;

const say = (line: string): void => void process.stdout.write(`${line}\n`);
const fail = (message: string): never => {
  process.stderr.write(`${message}\n\n${usage}\n`);
  process.exit(2);
};

const given = () => {
  try {
    return parseArgs({
      allowPositionals: true,
      options: {
        times: { type: "string", default: "5" },
        size: { type: "string", default: "1" },
        smoke: { type: "boolean", default: false },
        docs: { type: "boolean", default: false },
        help: { type: "boolean", default: false },
      },
    });
  } catch (thrown) {
    return fail((thrown as Error).message);
  }
};

const { values, positionals } = given();
if (values.help) {
  say(usage);
  process.exit(0);
}
const isOnlyDocs = positionals.length === 1 && positionals[0] === "docs";
const unknown = positionals.filter((name) => !isOnlyDocs && !benchmarks.some((each) => each.name === name));
if (unknown.length > 0) fail(`There is no benchmark ${unknown.join(", ")}.`);
const times = values.smoke ? 1 : Number(values.times);
if (!Number.isInteger(times) || times < 1) fail("--times takes a whole number of 1 or more.");
const size = Number(values.size);
if (!(size > 0)) fail("--size takes a number above 0.");

const results = new URL("../../../.output/bench/", import.meta.url);
const page = new URL("../../../docs/performance.md", import.meta.url);
const names = benchmarks.map(({ name }) => name);

const machineAt = async (connectionString: string): Promise<Machine> => {
  const pool = new pg.Pool({ connectionString, max: 1 });
  try {
    return await machineOf(pool);
  } finally {
    await pool.end();
  }
};

const measureAll = async (): Promise<void> => {
  const databases = await openDatabases(process.env["DATABASE_URL"]);
  try {
    const machine = await machineAt(databases.url);
    say(machineText(machine));
    const command = ["pnpm bench", ...process.argv.slice(2).filter((each) => each !== "--docs")].join(" ");
    const settings = { databases, machine, times, size, isSmoke: values.smoke, command, say };
    for (const benchmark of benchmarks) {
      if (positionals.length > 0 && !positionals.includes(benchmark.name)) continue;
      const measured = await runBenchmark(benchmark, settings);
      if (!values.smoke) await writeResults(results, measured);
    }
  } finally {
    await databases.stop();
  }
};

if (!isOnlyDocs) await measureAll();
if (isOnlyDocs || (values.docs && !values.smoke)) await writePage(page, results, names);
