/** One server for all test files: PostgreSQL from the registry, or the one that `DATABASE_URL` names. */
import type { TestProject } from "vitest/node";
import { startEmbedded } from "./server.ts";

declare module "vitest" {
  interface ProvidedContext {
    /** A superuser's connection string; databases are made beside the one that it names. */
    readonly databaseUrl: string;
  }
}

export default async ({ provide }: TestProject): Promise<() => Promise<void>> => {
  const ownServer = process.env["DATABASE_URL"];
  if (ownServer !== undefined && ownServer !== "") {
    provide("databaseUrl", ownServer);
    return async () => undefined;
  }
  // Nothing here outlives the tests; what has to survive a crash is tested on servers of its own.
  const server = await startEmbedded(["-c", "fsync=off", "-c", "max_connections=200"]);
  provide("databaseUrl", server.url);
  return () => server.stop();
};
