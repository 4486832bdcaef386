import { randomUUID } from "node:crypto";
import { rmSync } from "node:fs";
import { startEmbedded } from "@subject-rights/postgres/test-server";
import pg from "pg";

export interface BenchDatabase {
  readonly url: string;
  readonly pool: pg.Pool;
  /** A further pool on the same database. */
  another(options?: pg.PoolConfig): pg.Pool;
}

export interface Databases {
  readonly url: string;
  /** A new database of its own; gone when all is over, or with `drop`. */
  create(): Promise<BenchDatabase & { drop(): Promise<void> }>;
  stop(): Promise<void>;
}

const quietly = (pool: pg.Pool): pg.Pool => pool.on("error", () => undefined);

/** @param url a superuser's, of a server that is there; else one is started, as durable as PostgreSQL comes */
export const openDatabases = async (url: string | undefined): Promise<Databases> => {
  // Filling writes more than the server expects between two checkpoints; everything else is as it comes.
  const server =
    url === undefined || url === ""
      ? await startEmbedded(["-c", "max_wal_size=8GB", "-c", "max_connections=200"])
      : null;
  if (server !== null) {
    // On Ctrl-C the server is stopped by what started it, which then ends this process: the folder would stay.
    process.once("exit", () => rmSync(server.folder, { recursive: true, force: true }));
  }
  const address = server?.url ?? url ?? "";
  const admin = quietly(new pg.Pool({ connectionString: address, max: 1 }));
  const open = new Map<string, () => Promise<void>>();
  return {
    url: address,
    create: async () => {
      const name = `bench_${randomUUID().replaceAll("-", "")}`;
      await admin.query(`create database ${name}`);
      const own = Object.assign(new URL(address), { pathname: `/${name}` }).href;
      const pools: pg.Pool[] = [];
      const another = (options: pg.PoolConfig = {}): pg.Pool => {
        const pool = quietly(new pg.Pool({ connectionString: own, ...options }));
        pools.push(pool);
        return pool;
      };
      const drop = async () => {
        open.delete(name);
        for (const pool of pools) if (!pool.ended) await pool.end();
        await admin.query(`drop database ${name} with (force)`);
      };
      open.set(name, drop);
      return { url: own, pool: another(), another, drop };
    },
    stop: async () => {
      try {
        for (const drop of [...open.values()]) await drop();
        await admin.end();
      } finally {
        await server?.stop();
      }
    },
  };
};
