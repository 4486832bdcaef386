import { randomUUID } from "node:crypto";
import { PgBoss } from "pg-boss";
import type { Sample } from "../../harness/contest.ts";
import { inFlight } from "../../harness/in-flight.ts";
import { sourceIds } from "./steps.ts";

interface StepJob {
  readonly request: string;
  readonly step: number;
}

const queue = "steps";

/** The same five steps as a chain of jobs, each of which sends the next one. */
export const pgBossSide = async (
  url: string,
  { clients, connections }: { readonly clients: number; readonly connections: number },
) => {
  let steps = 0;
  const failures: unknown[] = [];
  const ends = new Map<string, () => void>();
  const boss = new PgBoss({ connectionString: url, max: connections, schedule: false });
  boss.on("error", (error) => failures.push(error));
  await boss.start();
  await boss.createQueue(queue);
  // Nobody waits for what fails here: it shows as a run that did not do its steps.
  const handle = async ({ request, step }: StepJob): Promise<void> => {
    steps += 1;
    if (step + 1 < sourceIds.length) await boss.send(queue, { request, step: step + 1 });
    else ends.get(request)?.();
  };
  // One job at a time would be fetched at the pace of polling; a full batch is followed by the next at once.
  const work = { batchSize: 32, burstWhenBatchFull: true, pollingIntervalSeconds: 0.5, localConcurrency: 2 };
  await boss.work<StepJob>(queue, work, async (jobs) => {
    await Promise.all(jobs.map(({ data }) => handle(data)));
  });
  const accept = async (): Promise<{ readonly end: Promise<void> }> => {
    const request = randomUUID();
    const end = new Promise<void>((resolve) => ends.set(request, resolve));
    await boss.send(queue, { request, step: 0 });
    return { end };
  };
  return {
    run: async (requests: number): Promise<Sample> => {
      steps = 0;
      const began = performance.now();
      const all: Promise<void>[] = [];
      await inFlight(requests, clients, async () => void all.push((await accept()).end));
      await Promise.all(all);
      const seconds = (performance.now() - began) / 1_000;
      ends.clear();
      if (failures.length > 0) throw failures[0];
      return { seconds, amount: requests, did: { requests, steps } };
    },
    stop: () => boss.stop({ graceful: false }),
  };
};
