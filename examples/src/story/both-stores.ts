import { randomBytes } from "node:crypto";
import { rm } from "node:fs/promises";
import { PGlite } from "@electric-sql/pglite";
import { orThrow, type SubjectRightsOptions } from "@subject-rights/core";
import { memoryStorage } from "@subject-rights/memory";
import { postgresStorage } from "@subject-rights/postgres";
import { copyEmptyDatabase, startParams } from "./empty-database.ts";

/** Everything that a library keeps. */
export type Stores = Pick<
  SubjectRightsOptions,
  "requestStore" | "artifactStore" | "sourceStatusStore" | "keyRing"
> &
  Required<Pick<SubjectRightsOptions, "sweepStore" | "holdStore" | "suppressionStore" | "checkpointStore">>;

export interface NamedStores {
  readonly name: "memory" | "PostgreSQL";
  readonly stores: Stores;
  /** Where whoever can write to the database would: null for memory. */
  readonly database: PGlite | null;
}

/**
 * The same story is told over each: a store in memory, and one in a PostgreSQL inside this process.
 *
 * @param files where the database has its own, as long as it is open
 */
export async function* bothStores(files: string): AsyncGenerator<NamedStores, void, undefined> {
  yield { name: "memory", stores: memoryStorage(), database: null };
  await copyEmptyDatabase(files);
  const database = await PGlite.create(files, { startParams });
  try {
    const { migrate, ...stores } = postgresStorage({ client: database, masterKey: randomBytes(32) });
    orThrow(await migrate());
    yield { name: "PostgreSQL", stores, database };
  } finally {
    await database.close();
    await rm(files, { recursive: true });
  }
}
