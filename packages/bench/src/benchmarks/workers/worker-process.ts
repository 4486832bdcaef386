/** One of several processes that work on requests over the same store. */
import { bossSettings, pgBossDispatcher } from "@subject-rights/pg-boss";
import pg from "pg";
import { PgBoss } from "pg-boss";
import { asChild } from "../../harness/as-child.ts";
import { type LibrarySide, librarySide } from "../requests/library.ts";

export type WorkerInput =
  | {
      readonly do: "open";
      readonly url: string;
      readonly clients: number;
      readonly concurrency: number;
      readonly connections: number;
      readonly wokenBy: "pg-boss" | "itself";
    }
  | { readonly do: "accept"; readonly requests: number }
  | { readonly do: "count" }
  | { readonly do: "close" };

/** How many steps of requests were carried out here so far. */
export type WorkerOutput = number;

interface Opened {
  readonly side: LibrarySide;
  readonly close: () => Promise<void>;
}

let opened: Opened | null = null;

const open = async (input: WorkerInput & { readonly do: "open" }): Promise<Opened> => {
  const { url, connections, wokenBy, clients, concurrency } = input;
  const options = { clients, concurrency };
  const pool = new pg.Pool({ connectionString: url, max: connections });
  pool.on("error", () => undefined);
  if (wokenBy === "itself") {
    const side = await librarySide(pool, options);
    const close = async () => {
      await side.stop();
      await pool.end();
    };
    return { side, close };
  }
  const boss = new PgBoss({ connectionString: url, ...bossSettings });
  // What is lost to it shows as requests that do not end.
  boss.on("error", () => undefined);
  await boss.start();
  const side = await librarySide(pool, {
    ...options,
    dispatcher: await pgBossDispatcher({ boss, client: pool }),
  });
  const close = async () => {
    await side.stop();
    await boss.stop({ graceful: false });
    await pool.end();
  };
  return { side, close };
};

asChild(async (input: WorkerInput): Promise<WorkerOutput> => {
  if (input.do === "open") opened = await open(input);
  if (opened === null) throw new Error("It was not opened.");
  // Where they end, and when, is for the store to say.
  if (input.do === "accept") void (await opened.side.accept(input.requests));
  if (input.do === "close") await opened.close();
  return opened.side.steps();
});
