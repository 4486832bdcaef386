import { randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { PGlite } from "@electric-sql/pglite";
import { orThrow } from "@subject-rights/core";
import { type PostgresStorage, postgresStorage } from "@subject-rights/postgres";
import { copyEmptyDatabase, startParams } from "./empty-database.ts";
import type { Place } from "./place.ts";

/** PostgreSQL inside this process, its files in the example's folder, and the library's store in it. */
export interface OpenStore {
  readonly client: PGlite;
  readonly storage: Omit<PostgresStorage, "migrate">;
}

/** @param staysAfterwards whether it is kept when there is nothing to go on with any more */
export const openStore = async (
  { folder, isLeftUnfinished, atEnd }: Place,
  { staysAfterwards }: { readonly staysAfterwards: boolean },
): Promise<OpenStore> => {
  const [files, keyFile] = [join(folder, "database"), join(folder, "master-key")];
  // Registered first, so that it comes when the database is closed.
  atEnd(async (isFinished) => {
    if (staysAfterwards || !isFinished) return;
    for (const path of [files, keyFile]) await rm(path, { recursive: true });
  });
  if (!isLeftUnfinished) await copyEmptyDatabase(files);
  const client = await PGlite.create(files, { startParams });
  atEnd(() => client.close());
  const masterKey = await masterKeyIn(keyFile);
  const { migrate, ...storage } = postgresStorage({ client, masterKey });
  orThrow(await migrate());
  return { client, storage };
};

/** Outside of the database, or whoever copies that could open what it keeps. In real life: in a secret store. */
const masterKeyIn = async (file: string): Promise<Uint8Array> => {
  if (!existsSync(file)) await writeFile(file, randomBytes(32), { mode: 0o600 });
  return readFile(file);
};
