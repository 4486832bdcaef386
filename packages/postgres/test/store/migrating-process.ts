/** A process that migrates, as an application does when it starts. Says what it applied. */
import { orThrow } from "@subject-rights/core";
import { migrate } from "@subject-rights/postgres";
import pg from "pg";

const [connectionString, schema] = process.argv.slice(2);
const pool = new pg.Pool({ connectionString });
const { applied } = orThrow(await migrate({ client: pool, schema }));
await pool.end();
process.stdout.write(JSON.stringify(applied));
