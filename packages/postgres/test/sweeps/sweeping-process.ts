/** A process that sweeps, to be killed. Says the id of the sweep, and then how many people are erased so far, the last look or not. */
import { flushCompileCache } from "node:module";
import { orThrow } from "@subject-rights/core";
import pg from "pg";
import { customersFrom, openSweeping, sweepActor } from "./sweeping.ts";

const [url = "", count = "0", isMixed = ""] = process.argv.slice(2);
const pool = new pg.Pool({ connectionString: url });
const { rights } = openSweeping(pool, { isMixed: isMixed === "mixed" });
const running = orThrow(
  await rights.sweeps.eraseMany({
    actor: sweepActor,
    reason: "retention",
    category: "customer-data",
    people: customersFrom(Number(count), 40),
    batchSize: 10,
    concurrency: 3,
  }),
);
flushCompileCache();
process.send?.({ id: running.id });
for await (const { counts } of running.progress()) {
  process.send?.({ erased: counts.erased + counts.waiting });
}
