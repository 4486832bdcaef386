import type { Benchmark } from "../../harness/benchmark.ts";
import { type Child, openChild } from "../../harness/child.ts";
import type { Sample } from "../../harness/contest.ts";
import type { BenchDatabase } from "../../harness/databases.ts";
import { allFinalised } from "../application.ts";
import type { WorkerInput, WorkerOutput } from "./worker-process.ts";

const script = new URL("./worker-process.ts", import.meta.url);
const processes = 4;
/** Of everything, over all processes together. */
const total = { clients: 8, concurrency: 32, connections: 32 };

type WokenBy = "pg-boss" | "itself";

const openWorkers = async ({ url, pool }: BenchDatabase, count: number, wokenBy: WokenBy) => {
  const children: Child[] = [];
  for (let index = 0; index < count; index += 1) {
    const child = await openChild(script);
    await child.ask<WorkerInput, WorkerOutput>({
      do: "open",
      url,
      clients: total.clients / count,
      concurrency: total.concurrency / count,
      connections: total.connections / count,
      wokenBy,
    });
    children.push(child);
  }
  const askAll = (input: WorkerInput): Promise<WorkerOutput[]> =>
    Promise.all(children.map((child) => child.ask<WorkerInput, WorkerOutput>(input)));
  const stepsSoFar = async (): Promise<number> =>
    (await askAll({ do: "count" })).reduce((sum, each) => sum + each, 0);
  return {
    run: async (requests: number): Promise<Sample> => {
      const before = await stepsSoFar();
      const began = performance.now();
      await askAll({ do: "accept", requests: requests / count });
      await allFinalised(pool);
      const seconds = (performance.now() - began) / 1_000;
      return { seconds, amount: requests, did: { requests, steps: (await stepsSoFar()) - before } };
    },
    close: async () => {
      await askAll({ do: "close" });
      for (const child of children) await child.close();
    },
  };
};

const names = {
  four: "four processes, pg-boss",
  one: "one process, pg-boss",
  alone: "one process",
} as const;

export const workers: Benchmark = {
  name: "workers",
  about: `The requests of \`requests\` over ${processes} processes that pg-boss wakes, against one process that works on \
as many at once (${total.concurrency}); and that one against a process that wakes itself. Each process takes in its share.`,

  run: async (bench) => {
    const amount = bench.amount(400, processes * 2);
    const shared = amount - (amount % processes);
    const four = await openWorkers(await bench.database(), processes, "pg-boss");
    const one = await openWorkers(await bench.database(), 1, "pg-boss");
    const alone = await openWorkers(await bench.database(), 1, "itself");
    try {
      await bench.measure([
        {
          title: "Workers",
          unit: "requests",
          sides: [
            { name: names.four, run: () => four.run(shared) },
            { name: names.one, run: () => one.run(shared) },
            { name: names.alone, run: () => alone.run(shared) },
          ],
          comparisons: [
            {
              title: "the same concurrency over four processes",
              measure: "speed",
              of: names.four,
              against: names.one,
              goal: { atLeast: 0.85 },
            },
            { title: "woken by pg-boss", measure: "speed", of: names.one, against: names.alone },
          ],
        },
      ]);
    } finally {
      await four.close();
      await one.close();
      await alone.close();
    }
  },
};
