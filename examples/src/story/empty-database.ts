import { cp, readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { PGlite } from "@electric-sql/pglite";
import { orThrow } from "@subject-rights/core";
import { migrate, migrationSql } from "@subject-rights/postgres";
import { prepared } from "./prepared.ts";

/** Of a few rows; setting up as much memory as PostgreSQL has by itself takes a third of an opening. */
export const startParams = [...PGlite.defaultStartParams, "-c", "shared_buffers=8MB"];

/**
 * Puts the files of an empty database with the library's tables where there is nothing yet, for PGlite to open. It would
 * make one by itself; that takes seconds at every first opening, and 40 MB.
 */
export const copyEmptyDatabase = async (to: string): Promise<void> =>
  cp(await prepared("empty-database", [await versionOfPglite(), migrationSql()], makeFiles), to, {
    recursive: true,
  });

const makeFiles = async (path: string): Promise<void> => {
  // The log in small pieces, and without the two databases that others would be copied from: a third of the size.
  const client = await PGlite.create(path, { initDbStartParams: ["--wal-segsize=1"] });
  await client.exec("update pg_database set datistemplate = false");
  for (const name of ["template0", "template1"]) await client.exec(`drop database ${name}`);
  orThrow(await migrate({ client }));
  await client.close();
};

/** Another version may keep its files in another way. */
const versionOfPglite = async (): Promise<string> => {
  const main = fileURLToPath(import.meta.resolve("@electric-sql/pglite"));
  const description = await readFile(join(dirname(main), "..", "package.json"), "utf8");
  return (JSON.parse(description) as { version: string }).version;
};
