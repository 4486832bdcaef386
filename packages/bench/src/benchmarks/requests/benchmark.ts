import type { Bench, Benchmark } from "../../harness/benchmark.ts";
import { countStatements } from "../../harness/count-statements.ts";
import { commitsSide, hasPgbench } from "./commits.ts";
import { dbosSide } from "./dbos.ts";
import { librarySide } from "./library.ts";
import { pgBossSide } from "./pg-boss.ts";
import { sourceIds } from "./steps.ts";

/** How many requests are accepted at the same moment, each in a commit of its own. */
const clients = 8;
const connections = 16;
/** How many requests the library works on at once. DBOS works on all. */
const concurrency = 32;

const ours = "Subject Rights";
const floor = hasPgbench() ? "pgbench" : "a loop of commits";

/** What was found by counting statements and the time of both processors, and with a store that only keeps in memory. */
const whenMissed =
  "a whole request is some 26 statements, where a peer's five steps are about ten; with a store in memory one process " +
  "does some 560 requests a second, so that no way to commit reaches the goal.";

export const requests: Benchmark = {
  name: "requests",
  about: `Requests with ${sourceIds.length} sources that take no time, each accepted on its own over ${clients} clients and \
carried out to the end; all commits are durable. The library does more than its peers: confirmation and \
acknowledgement, counting before and after, audit, encryption, and the end of the key.`,

  run: async (bench: Bench) => {
    const amount = bench.amount(500, 12);
    const [forLibrary, forDbos, forBoss, forCommits] = [
      await bench.database(),
      await bench.database(),
      await bench.database(),
      await bench.database(),
    ];
    const pool = forLibrary.another({ max: connections });
    const count = countStatements(pool);
    const library = await librarySide(pool, { clients, concurrency });
    const dbos = await dbosSide(forDbos.url, { clients, connections });
    const boss = await pgBossSide(forBoss.url, { clients, connections });
    const commits = await commitsSide(forCommits.pool, forCommits.url, clients);
    try {
      await bench.measure([
        {
          title: "Requests",
          unit: "requests",
          sides: [
            { name: ours, run: () => library.run(amount) },
            { name: "DBOS", run: () => dbos.run(amount) },
            { name: "pg-boss", run: () => boss.run(amount) },
            { name: floor, unit: "commits", run: () => commits.run(amount * 20) },
          ],
          comparisons: [
            {
              title: "five steps as a workflow of DBOS",
              measure: "speed",
              of: ours,
              against: "DBOS",
              goal: { atLeast: 5 },
              whenMissed,
            },
            {
              title: "five steps as a chain of pg-boss jobs",
              measure: "speed",
              of: ours,
              against: "pg-boss",
            },
            {
              title: "commits of one row over 8 connections",
              measure: "speed",
              of: ours,
              against: floor,
              goal: { atLeast: 0.09 },
              whenMissed,
            },
          ],
        },
      ]);
      const before = { ...count };
      await library.run(amount);
      const each = (kind: keyof typeof count) => ((count[kind] - before[kind]) / amount).toFixed(1);
      bench.note(
        `A request of the library is ${each("statements")} statements, ${each("writing")} of which write.`,
      );
      if (!hasPgbench())
        bench.note("pgbench is not installed here: commits were counted by a loop of this process.");
    } finally {
      await library.stop();
      await dbos.stop();
      await boss.stop();
    }
  },
};
