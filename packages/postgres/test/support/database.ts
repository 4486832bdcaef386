import { randomBytes } from "node:crypto";
import pg from "pg";
import { inject } from "vitest";

export interface TestDatabase {
  readonly url: string;
  readonly pool: pg.Pool;
  /** A further pool on the same database, as another process has one; or as another role. */
  another(options?: pg.PoolConfig): pg.Pool;
  drop(): Promise<void>;
}

const quietly = (pool: pg.Pool): pg.Pool =>
  // A connection that is cut while idle is told here, and is no test's failure.
  pool.on("error", () => undefined);

const asked = async (url: string, text: string): Promise<void> => {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(text);
  } finally {
    await client.end();
  }
};

/** A fresh database of its own, on the server that all test files share. */
export const createDatabase = async (template = "template1"): Promise<TestDatabase> => {
  const server = inject("databaseUrl");
  const name = `test_${randomBytes(6).toString("hex")}`;
  await asked(server, `create database ${name} template ${template}`);
  const url = Object.assign(new URL(server), { pathname: `/${name}` }).href;
  const pools: pg.Pool[] = [];
  const another = (options: pg.PoolConfig = {}): pg.Pool => {
    const pool = quietly(new pg.Pool({ connectionString: url, ...options }));
    pools.push(pool);
    return pool;
  };
  return {
    url,
    pool: another(),
    another,
    drop: async () => {
      for (const pool of pools) if (!pool.ended) await pool.end();
      // It makes a checkpoint, for nothing where the whole server goes.
      if (!inject("isServerOwn")) await asked(server, `drop database if exists ${name} with (force)`);
    },
  };
};
