import { randomUUID } from "node:crypto";
import { DBOS } from "@dbos-inc/dbos-sdk";
import type { Sample } from "../../harness/contest.ts";
import { inFlight } from "../../harness/in-flight.ts";
import { sourceIds } from "./steps.ts";

/** The same five steps as a workflow of DBOS, each request accepted on its own. There can be one in a process. */
export const dbosSide = async (
  url: string,
  { clients, connections }: { readonly clients: number; readonly connections: number },
) => {
  let steps = 0;
  const step = async (): Promise<{ outcome: string; count: number }> => {
    steps += 1;
    return { outcome: "erased", count: 1 };
  };
  const workflow = DBOS.registerWorkflow(
    async (_email: string) => {
      for (const name of sourceIds) {
        await DBOS.runStep(step, { name });
      }
      return "completed";
    },
    { name: "erasure" },
  );
  const silent = () => undefined;
  DBOS.setConfig({
    name: "bench",
    systemDatabaseUrl: url,
    systemDatabasePoolSize: connections,
    logger: { info: silent, debug: silent, warn: silent, error: silent },
  });
  await DBOS.launch();
  const accept = async () => DBOS.startWorkflow(workflow)(`${randomUUID()}@example.org`);
  return {
    run: async (requests: number): Promise<Sample> => {
      steps = 0;
      const began = performance.now();
      const handles: Awaited<ReturnType<typeof accept>>[] = [];
      await inFlight(requests, clients, async () => void handles.push(await accept()));
      for (const handle of handles) {
        if ((await handle.getResult()) !== "completed") throw new Error("A workflow did not end completed.");
      }
      const seconds = (performance.now() - began) / 1_000;
      return { seconds, amount: requests, did: { requests, steps } };
    },
    stop: () => DBOS.shutdown(),
  };
};
