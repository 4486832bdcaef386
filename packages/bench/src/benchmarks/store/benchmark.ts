import { createHash, randomBytes } from "node:crypto";
import { orThrow } from "@subject-rights/core";
import { postgresStorage } from "@subject-rights/postgres";
import type { Benchmark } from "../../harness/benchmark.ts";
import { fillWithClosed } from "./fill.ts";
import { type Filled, operationContests, seed } from "./operations.ts";
import { tenantCount } from "./samples.ts";
import { wholeLibrary } from "./whole-library.ts";

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

/** In two schemas of one database. */
export const store: Benchmark = {
  name: "store",
  about: `The store, operation by operation, and the whole library over it: with a million closed requests against next \
to none.`,

  run: async (bench) => {
    const { pool } = await bench.database();
    const masterKey = randomBytes(32);
    const make = async (schema: string, count: number) => {
      const storage = postgresStorage({ client: pool, schema, masterKey });
      orThrow(await storage.migrate());
      await fillWithClosed(pool, schema, count);
      const filled: Filled = { store: storage.requestStore, closed, closedCount: count };
      await seed(filled);
      return { storage, filled };
    };
    const requests = bench.amount(1_000_000, 1_000);
    const empty = await make("empty_store", fewest);
    const full = await bench.said(
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
    bench.note(
      `${requests.toLocaleString("en")} closed requests; the database has ${(rows[0] as { size: string }).size}.`,
    );
    const rounds = bench.isSmoke ? 5 : 60 * bench.times;
    await bench.measure(operationContests(empty.filled, full.filled), { rounds, warmUp: 20 });
    const library = await wholeLibrary(empty.storage, full.storage);
    try {
      const lives = Math.max(5, Math.round(rounds / 5));
      await bench.measure(library.contests, { rounds: lives, warmUp: bench.isSmoke ? 1 : 5 });
    } finally {
      await library.stop();
    }
  },
};
