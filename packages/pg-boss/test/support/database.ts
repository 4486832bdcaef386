import { randomBytes } from "node:crypto";
import pg from "pg";
import { PgBoss } from "pg-boss";
import { inject } from "vitest";
import { bossSettings } from "../../src/index.ts";

export interface TestDatabase {
  readonly url: string;
  readonly pool: pg.Pool;
  /** A started PgBoss of its own, as each process has one. */
  openBoss(onError?: (error: unknown) => void, connections?: number): Promise<PgBoss>;
  drop(): Promise<void>;
}

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
export const createDatabase = async (): Promise<TestDatabase> => {
  const server = inject("databaseUrl");
  const name = `jobs_${randomBytes(6).toString("hex")}`;
  await asked(server, `create database ${name}`);
  const url = Object.assign(new URL(server), { pathname: `/${name}` }).href;
  // A connection that is cut while idle is told here, and is no test's failure.
  const pool = new pg.Pool({ connectionString: url, max: 5 }).on("error", () => undefined);
  const bosses: PgBoss[] = [];
  return {
    url,
    pool,
    openBoss: async (onError = () => undefined, connections = 4) => {
      const boss = new PgBoss({ connectionString: url, max: connections, ...bossSettings });
      boss.on("error", onError);
      bosses.push(await boss.start());
      return boss;
    },
    drop: async () => {
      for (const boss of bosses) await boss.stop({ graceful: false });
      await pool.end();
      // It makes a checkpoint, for nothing where the whole server goes.
      if (!inject("isServerOwn")) await asked(server, `drop database if exists ${name} with (force)`);
    },
  };
};
