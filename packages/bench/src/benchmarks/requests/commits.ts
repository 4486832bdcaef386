import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import pg from "pg";
import type { Sample } from "../../harness/contest.ts";
import { inFlight } from "../../harness/in-flight.ts";

const pgbench = "/usr/bin/pgbench";
const rows = 10_000;

export const hasPgbench = (): boolean => existsSync(pgbench);

/**
 * How many commits of one changed row the server takes in a second, over so many connections: what nobody can be
 * faster than who commits each step. By pgbench; where it is not installed, by a loop, which costs more at the client.
 */
export const commitsSide = async (pool: pg.Pool, url: string, connections: number) => {
  await pool.query("create table if not exists counter (id int primary key, n int not null)");
  await pool.query(
    `insert into counter select i, 0 from generate_series(1, ${rows}) i on conflict do nothing`,
  );
  return { run: hasPgbench() ? byPgbench(url, connections) : byLoop(url, connections) };
};

const byPgbench =
  (url: string, connections: number) =>
  async (commits: number): Promise<Sample> => {
    const folder = await mkdtemp(join(tmpdir(), "subject-rights-pgbench-"));
    try {
      const script = join(folder, "commit.sql");
      await writeFile(script, `\\set id random(1, ${rows})\nupdate counter set n = n + 1 where id = :id;\n`);
      const each = Math.ceil(commits / connections);
      const args = [
        "-n",
        "-M",
        "prepared",
        "-c",
        `${connections}`,
        "-j",
        "2",
        "-t",
        `${each}`,
        "-f",
        script,
        url,
      ];
      const { stdout } = await promisify(execFile)(pgbench, args);
      const perSecond = Number(/^tps = ([\d.]+)/m.exec(stdout)?.[1]);
      const done = Number(/actually processed: (\d+)/.exec(stdout)?.[1]);
      if (!(perSecond > 0) || done !== each * connections) throw new Error(`pgbench said: ${stdout}`);
      return { seconds: done / perSecond, amount: done, did: {} };
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  };

const byLoop =
  (url: string, connections: number) =>
  async (commits: number): Promise<Sample> => {
    const pool = new pg.Pool({ connectionString: url, max: connections });
    try {
      await Promise.all(Array.from({ length: connections }, () => pool.query("select 1")));
      const began = performance.now();
      await inFlight(commits, connections, async (index) => {
        const id = 1 + ((index * 7_919) % rows);
        await pool.query({
          name: "commit",
          text: "update counter set n = n + 1 where id = $1",
          values: [id],
        });
      });
      return { seconds: (performance.now() - began) / 1_000, amount: commits, did: {} };
    } finally {
      await pool.end();
    }
  };
