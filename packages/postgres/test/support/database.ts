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

/** Back to what a new database looks like, but for what is set and who is connected. */
export const emptying = `do $$ declare found text; begin
  for found in select nspname from pg_namespace where nspname !~ '^pg_' and nspname <> 'information_schema'
    loop execute format('drop schema %I cascade', found); end loop;
  create schema public authorization pg_database_owner;
  grant usage on schema public to public;
end $$;`;

/** Whoever is still connected was killed in a test, and holds locks. */
const forTheNext = `
  set lock_timeout = '10s';
  set client_min_messages = 'warning';
  create temporary view others as select pid from pg_stat_activity
    where datname = current_database() and backend_type = 'client backend' and pid <> pg_backend_pid();
  select pg_terminate_backend(pid) from others;
  -- Its own way of waiting for that looks ten times a second, and nearly all of them are gone at once.
  do $$ begin for attempt in 1..2000 loop
    perform pg_stat_clear_snapshot();
    exit when not exists (select from others);
    perform pg_sleep(0.005);
  end loop; end $$;
  do $$ begin execute format('alter database %I reset all', current_database()); end $$;
  ${emptying}`;

/** Databases of this process that were emptied: making one takes ten times as long. */
const free: { readonly name: string; readonly uses: number }[] = [];

/** Dead rows of the catalogue stay, and make what looks through it slow. */
const mostUses = 40;

/** A fresh database of its own, on the server that all test files share. */
export const createDatabase = async (): Promise<TestDatabase> => {
  const server = inject("databaseUrl");
  const { name, uses } = free.pop() ?? { name: `test_${randomBytes(6).toString("hex")}`, uses: 0 };
  if (uses === 0) await asked(server, `create database ${name}`);
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
      // Dropping makes a checkpoint, for nothing where the whole server goes.
      if (!inject("isServerOwn")) await asked(server, `drop database if exists ${name} with (force)`);
      else if (uses < mostUses) {
        await asked(url, forTheNext);
        free.push({ name, uses: uses + 1 });
      }
    },
  };
};
