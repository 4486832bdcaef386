import { randomBytes } from "node:crypto";
import { PGlite } from "@electric-sql/pglite";
import { orThrow, type SubjectRightsOptions } from "@subject-rights/core";
import { memoryStorage } from "@subject-rights/memory";
import { postgresStorage } from "@subject-rights/postgres";
import { emptyDatabase } from "./empty-database.ts";

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

/** The same story is told over each: a store in memory, and one in a PostgreSQL inside this process. */
export async function* bothStores(): AsyncGenerator<NamedStores, void, undefined> {
  yield { name: "memory", stores: memoryStorage(), database: null };
  const database = await PGlite.create({ loadDataDir: await emptyDatabase() });
  try {
    const { migrate, ...stores } = postgresStorage({ client: database, masterKey: randomBytes(32) });
    orThrow(await migrate());
    yield { name: "PostgreSQL", stores, database };
  } finally {
    await database.close();
  }
}
