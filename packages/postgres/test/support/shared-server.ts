/** One server for all test files, PostgreSQL from the registry or the one that `DATABASE_URL` names; and the files of PGlite. */
import type { TestProject } from "vitest/node";
import { makeEmptyFiles } from "./empty-files.ts";
import { type EmbeddedServer, startEmbedded } from "./server.ts";

declare module "vitest" {
  interface ProvidedContext {
    /** A superuser's connection string; databases are made beside the one that it names. */
    readonly databaseUrl: string;
    /** Whether the server is stopped and removed in the end, with every database on it. */
    readonly isServerOwn: boolean;
    /** The path of the files of an empty PGlite: workers that begin at the same moment would each make them. */
    readonly emptyPglite: string;
  }
}

/** Nothing here outlives the tests; what has to survive a crash is tested on servers of its own. */
const settings = [
  "max_connections=500",
  "fsync=off",
  "synchronous_commit=off",
  "full_page_writes=off",
  "max_wal_size=4GB",
  // For tables of three rows, compiling a statement takes longer than all else.
  "jit=off",
  // It would go through every database that a test has left behind, again and again.
  "autovacuum=off",
];

let server: EmbeddedServer | undefined;

export const setup = async ({ provide }: TestProject): Promise<void> => {
  const ownServer = process.env["DATABASE_URL"];
  if (ownServer === undefined || ownServer === "") {
    server = await startEmbedded(settings.flatMap((setting) => ["-c", setting]));
  }
  provide("emptyPglite", await makeEmptyFiles());
  provide("databaseUrl", server?.url ?? ownServer ?? "");
  provide("isServerOwn", server !== undefined);
};

export const teardown = async (): Promise<void> => server?.stop();
