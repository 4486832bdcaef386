import { availableParallelism, cpus, totalmem } from "node:os";
import type { Pool } from "pg";

export interface Machine {
  readonly processor: string;
  readonly cores: number;
  readonly memoryGibibytes: number;
  readonly node: string;
  readonly postgres: string;
  /** Whether a commit waits for the disk. */
  readonly fsync: string;
  readonly sharedBuffers: string;
}

export const machineOf = async (pool: Pool): Promise<Machine> => {
  const { rows } = await pool.query(`select current_setting('server_version') as postgres,
    current_setting('fsync') as fsync, current_setting('shared_buffers') as "sharedBuffers"`);
  return {
    processor: cpus()[0]?.model.trim() ?? "unknown",
    cores: availableParallelism(),
    memoryGibibytes: Math.round(totalmem() / 2 ** 30),
    node: process.version,
    ...(rows[0] as Pick<Machine, "postgres" | "fsync" | "sharedBuffers">),
  };
};

export const machineText = (machine: Machine): string =>
  `${machine.cores} × ${machine.processor}, ${machine.memoryGibibytes} GiB, Node ${machine.node}, ` +
  `PostgreSQL ${machine.postgres} (fsync ${machine.fsync}, shared_buffers ${machine.sharedBuffers}) on the same machine`;
