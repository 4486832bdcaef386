import { fork } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { join } from "node:path";
import { orThrow } from "@subject-rights/core";
import { migrate } from "@subject-rights/postgres";
import { createDatabase, type TestDatabase } from "../support/database.ts";
import { actor, type Library, openLibrary, tables, tenant } from "./library.ts";

/** A process at work, until its violent end. */
export interface WorkerProcess {
  readonly pid: number;
  readonly ready: Promise<unknown>;
  /** What it wrote to its standard error. */
  readonly said: string[];
  /** SIGKILL; resolves when it is gone. */
  kill(): Promise<void>;
}

/** A database with the application's tables, a library that takes requests in, and processes that work on them. */
export interface Company {
  readonly database: TestDatabase;
  readonly library: Library;
  startWorker(how?: "holds"): WorkerProcess;
  /** Somebody moves in, and asks to be forgotten. */
  submit(email: string): Promise<void>;
  /** Clicks on what was sent to be clicked on. */
  acknowledgeAll(): Promise<void>;
  /** Those whose request is over, and everybody told. */
  finished(): Promise<Set<string>>;
  leave(): Promise<void>;
}

const script = join(import.meta.dirname, "worker-process.ts");

export const foundCompany = async (onError: (error: unknown) => void): Promise<Company> => {
  const database = await createDatabase();
  const masterKey = randomBytes(32);
  await database.pool.query(tables);
  orThrow(await migrate({ client: database.pool }));
  const library = await openLibrary({ url: database.url, masterKey, onError });
  const emails = new Map<string, string>();
  const acknowledged = new Set<string>();
  const workers = new Set<WorkerProcess>();

  const startWorker = (how = ""): WorkerProcess => {
    const child = fork(script, [database.url, masterKey.toString("hex"), how], {
      execArgv: ["--conditions=source"],
      stdio: ["ignore", "ignore", "pipe", "ipc"],
    });
    const said: string[] = [];
    child.stderr?.on("data", (text: Buffer) => said.push(text.toString()));
    const gone = once(child, "exit");
    const ready = Promise.race([
      once(child, "message"),
      gone.then(() => Promise.reject(new Error(`a worker ended by itself: ${said.join("")}`))),
    ]);
    // Who is killed before it was ready is missed by nobody.
    ready.catch(() => undefined);
    const worker: WorkerProcess = {
      pid: child.pid ?? 0,
      ready,
      said,
      kill: async () => {
        workers.delete(worker);
        child.kill("SIGKILL");
        await gone;
      },
    };
    workers.add(worker);
    return worker;
  };

  return {
    database,
    library,
    startWorker,
    submit: async (email) => {
      await library.pool.query("insert into people (tenant, email, name) values ($1, $2, $3)", [
        tenant,
        email,
        `Somebody at ${email}`,
      ]);
      const asked = { actor, kind: "erasure", category: "customer-data", email } as const;
      const { request } = orThrow(await library.rights.requests.submit(asked));
      emails.set(request.id, email);
    },
    acknowledgeAll: async () => {
      const { rows } = await library.pool.query<{ token: string }>(
        "select distinct token from outbox where token is not null",
      );
      for (const { token } of rows) {
        if (acknowledged.has(token)) continue;
        orThrow(await library.rights.requests.acknowledge({ token }));
        acknowledged.add(token);
      }
    },
    finished: async () => {
      const { rows } = await library.pool.query<{ id: string }>(
        "select id from subject_rights.request where not open and wake_at is null",
      );
      return new Set(rows.map(({ id }) => emails.get(id) ?? id));
    },
    leave: async () => {
      await Promise.all([...workers].map((worker) => worker.kill()));
      await library.close();
      await database.drop();
    },
  };
};
