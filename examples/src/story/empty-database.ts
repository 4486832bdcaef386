import { openAsBlob } from "node:fs";
import { readFile, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { PGlite } from "@electric-sql/pglite";
import { orThrow } from "@subject-rights/core";
import { migrate, migrationSql } from "@subject-rights/postgres";
import { prepared } from "./prepared.ts";

/**
 * An empty database with the library's tables, for PGlite to begin with (`loadDataDir`). It would make one by itself;
 * that takes seconds at every first opening, and 40 MB.
 */
export const emptyDatabase = async (): Promise<Blob> =>
  openAsBlob(await prepared("database", [await versionOfPglite(), migrationSql()], makeArchive), {
    type: "application/x-gzip",
  });

const makeArchive = async (path: string): Promise<void> => {
  const files = `${path}-files`;
  try {
    // The log in small pieces, and without the two databases that others would be copied from: a third of the size.
    const client = await PGlite.create(files, { initDbStartParams: ["--wal-segsize=1"] });
    await client.exec("update pg_database set datistemplate = false");
    for (const name of ["template0", "template1"]) await client.exec(`drop database ${name}`);
    orThrow(await migrate({ client }));
    const archive = await client.dumpDataDir("gzip");
    await client.close();
    await writeFile(path, await archive.bytes());
  } finally {
    await rm(files, { recursive: true, force: true });
  }
};

/** Another version may keep its files in another way. */
const versionOfPglite = async (): Promise<string> => {
  const main = fileURLToPath(import.meta.resolve("@electric-sql/pglite"));
  const description = await readFile(join(dirname(main), "..", "package.json"), "utf8");
  return (JSON.parse(description) as { version: string }).version;
};
