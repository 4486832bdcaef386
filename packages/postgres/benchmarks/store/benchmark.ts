import { createHash, randomBytes } from "node:crypto";
import { orThrow } from "@subject-rights/core";
import { postgresStorage } from "@subject-rights/postgres";
import type { Pool } from "pg";
import { compare } from "../compare.ts";
import { report, said } from "../report.ts";
import { fillWithClosed } from "./fill.ts";
import { compareOperations, type Filled, seed } from "./operations.ts";
import { tenantCount } from "./samples.ts";
import { wholeLibrary } from "./whole-library.ts";

const goal = 1.3;
const names = { baseline: "empty", measured: "filled" };
/** An empty store has a few closed requests, too, so that one can be read. */
const fewest = 100;

/** The key of the closed request with this number, as `fillWithClosed` makes it. */
const closed = (number: number) => {
  const id = createHash("md5").update(`request ${number}`).digest("hex");
  return {
    tenant: `tenant-${number % tenantCount}`,
    id: id.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5"),
  };
};

/** A store with many closed requests against one with next to none, in two schemas of one database. */
export const benchmarkStore = async (
  pool: Pool,
  { requests, rounds, times }: { readonly requests: number; readonly rounds: number; readonly times: number },
): Promise<void> => {
  const masterKey = randomBytes(32);
  const make = async (schema: string, count: number) => {
    const storage = postgresStorage({ client: pool, schema, masterKey });
    orThrow(await storage.migrate());
    await fillWithClosed(pool, schema, count);
    const filled: Filled = { store: storage.requestStore, closed, closedCount: count };
    await seed(filled);
    return { storage, filled };
  };
  const empty = await make("empty_store", fewest);
  const full = await said(
    `Filling the store with ${requests.toLocaleString("en")} closed requests`,
    async () => {
      const made = await make("filled_store", requests);
      // What autovacuum does in the hours after; here it would do so while something is measured.
      await pool.query("vacuum analyze");
      await pool.query("checkpoint");
      return made;
    },
  );
  const { rows } = await pool.query("select pg_size_pretty(pg_database_size(current_database())) as size");
  console.log(`The database has ${(rows[0] as { size: string }).size}.`);

  for (let time = 1; time <= times; time += 1) {
    const operations = await compare(compareOperations(empty.filled, full.filled), { rounds, warmUp: 20 });
    report(`The store, operation by operation (medians of ${rounds})`, names, goal, operations);

    const library = await wholeLibrary(empty.storage, full.storage);
    try {
      const lives = Math.max(10, Math.round(rounds / 5));
      const compared = await compare(library.comparisons, { rounds: lives, warmUp: 5 });
      report(`The whole library over it (medians of ${lives})`, names, goal, compared);
    } finally {
      await library.stop();
    }
  }
};
