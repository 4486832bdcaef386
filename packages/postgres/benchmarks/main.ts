/**
 * Two benchmarks, as ratios measured in one run on one server (durable, as PostgreSQL comes): the store with a
 * million closed requests against an empty one, and `plan` against counts written by hand. A missed goal is said,
 * and is no failure: machines differ.
 *
 *     node --conditions=source benchmarks/main.ts [--requests 1000000] [--rows 10000000] [--rounds 300] [--times 1] [--only store]
 */
import { randomUUID } from "node:crypto";
import { rmSync } from "node:fs";
import { availableParallelism, cpus, totalmem } from "node:os";
import { parseArgs } from "node:util";
import pg from "pg";
import { startEmbedded } from "../test/support/server.ts";
import { benchmarkPlan } from "./plan/benchmark.ts";
import { benchmarkStore } from "./store/benchmark.ts";

const { values } = parseArgs({
  options: {
    requests: { type: "string", default: "1000000" },
    rows: { type: "string", default: "10000000" },
    rounds: { type: "string", default: "300" },
    times: { type: "string", default: "1" },
    only: { type: "string" },
  },
});

const wholeNumber = (option: "requests" | "rows" | "rounds" | "times", least: number): number => {
  const given = Number(values[option]);
  if (!Number.isInteger(given) || given < least)
    throw new Error(`--${option} takes a whole number of ${least} or more.`);
  return given;
};

const requests = wholeNumber("requests", 100);
const rows = wholeNumber("rows", 10_000);
const rounds = wholeNumber("rounds", 10);
/** How often it is measured, over what was filled once. */
const times = wholeNumber("times", 1);
if (values.only !== undefined && values.only !== "store" && values.only !== "plan") {
  throw new Error("--only takes store or plan.");
}

console.log(
  `${availableParallelism()} × ${cpus()[0]?.model.trim() ?? "?"}, ${Math.round(totalmem() / 2 ** 30)} GiB, Node ${process.version}`,
);
// Filling writes more than the server expects between two checkpoints; everything else is as it comes.
const server = await startEmbedded(["-c", "max_wal_size=8GB"]);
// On Ctrl-C the server is stopped by what started it, which then ends this process: the folder would stay.
process.once("exit", () => rmSync(server.folder, { recursive: true, force: true }));

/** A database of its own, gone afterwards. */
const inDatabase = async (work: (pool: pg.Pool) => Promise<void>): Promise<void> => {
  const admin = new pg.Pool({ connectionString: server.url, max: 1 });
  const database = `benchmark_${randomUUID().replaceAll("-", "")}`;
  await admin.query(`create database ${database}`);
  const pool = new pg.Pool({
    connectionString: Object.assign(new URL(server.url), { pathname: database }).href,
  });
  try {
    await work(pool);
  } finally {
    await pool.end();
    await admin.query(`drop database ${database}`);
    await admin.end();
  }
};

try {
  const asking = new pg.Client({ connectionString: server.url });
  await asking.connect();
  const { rows: versions } = await asking.query(
    "select current_setting('server_version') as version, current_setting('fsync') as fsync, current_setting('shared_buffers') as buffers",
  );
  await asking.end();
  const { version, fsync, buffers } = versions[0] as Record<"version" | "fsync" | "buffers", string>;
  console.log(`PostgreSQL ${version}, fsync ${fsync}, shared_buffers ${buffers}`);
  if (values.only !== "plan") await inDatabase((pool) => benchmarkStore(pool, { requests, rounds, times }));
  if (values.only !== "store") await inDatabase((pool) => benchmarkPlan(pool, { rows, rounds, times }));
} finally {
  await server.stop();
}
