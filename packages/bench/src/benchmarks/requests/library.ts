import { randomUUID } from "node:crypto";
import { type DataSource, type Dispatcher, defineDataSource } from "@subject-rights/core";
import type { Pool } from "pg";
import type { Sample } from "../../harness/contest.ts";
import { inFlight } from "../../harness/in-flight.ts";
import { openApplication } from "../application.ts";
import { sourceIds } from "./steps.ts";

/** Each erases one record of everybody, holds nothing afterwards, and takes no time. */
const trivialSources = (stepDone: () => void): DataSource[] =>
  sourceIds.map((id) =>
    defineDataSource({
      id,
      title: id,
      holds: ["customer-data"],
      kind: "origin",
      locate: async () => [{ collection: id, count: 0 }],
      erase: async () => {
        stepDone();
        return [{ collection: id, outcome: "erased", count: 1 }];
      },
    }),
  );

export interface LibrarySide {
  /** Accepts so many requests; resolves with what resolves when they are at their end, which is here or elsewhere. */
  accept(requests: number): Promise<readonly Promise<void>[]>;
  /** Steps of requests that were carried out in this process so far. */
  steps(): number;
  /** From the submission until the key of each request is destroyed. */
  run(requests: number): Promise<Sample>;
  stop(): Promise<void>;
}

export interface LibraryOptions {
  /** How many submit at the same moment. */
  readonly clients: number;
  /** How many requests are worked on at once. */
  readonly concurrency: number;
  readonly dispatcher?: Dispatcher;
}

/** Erasures through the whole library on PostgreSQL. */
export const librarySide = async (
  pool: Pool,
  { clients, ...given }: LibraryOptions,
): Promise<LibrarySide> => {
  let steps = 0;
  const sources = trivialSources(() => {
    steps += 1;
  });
  const application = await openApplication({ pool, sources, ...given });
  const accept = async (requests: number) => {
    const ends: Promise<void>[] = [];
    await inFlight(requests, clients, async () => {
      const { end } = await application.accept("erasure", `${randomUUID()}@example.org`);
      ends.push(end);
    });
    return ends;
  };
  return {
    accept,
    steps: () => steps,
    run: async (requests) => {
      const before = steps;
      const began = performance.now();
      await Promise.all(await accept(requests));
      await application.finalised();
      const seconds = (performance.now() - began) / 1_000;
      application.check();
      return { seconds, amount: requests, did: { requests, steps: steps - before } };
    },
    stop: application.stop,
  };
};
