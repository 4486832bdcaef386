/** The library as every process of the application has it: over one database, which also has the queue. */
import { setTimeout as pause } from "node:timers/promises";
import {
  createSubjectRights,
  type Dispatcher,
  defineDataSource,
  defineNotifier,
  type SubjectRights,
} from "@subject-rights/core";
import { type DataMap, postgresDataSource, postgresStorage } from "@subject-rights/postgres";
import pg from "pg";
import { PgBoss } from "pg-boss";
import { bossSettings, pgBossDispatcher } from "../../src/index.ts";

export const tenant = "halmstrand";
export const actor = { id: "admin-1", tenant, roles: ["admin"] };

export const tables = `
create table people (id int generated always as identity primary key, tenant text, email text, name text);
create table vouchers (key text primary key, email text);
create table attempts (email text, pid int, at timestamptz not null default clock_timestamp());
create table outbox (id text, kind text, token text);
create index on people (tenant, lower(email));
`;

const dataMap: DataMap = {
  tenant: { column: "tenant" },
  tables: [
    {
      table: "people",
      title: "People",
      category: "customer-data",
      belongs: { column: "email", identifier: "email" },
      columns: { id: "exported", tenant: "left-out", email: "exported", name: "exported" },
      erasure: "delete",
    },
  ],
};

export interface Library {
  readonly rights: SubjectRights;
  readonly dispatcher: Dispatcher;
  readonly pool: pg.Pool;
  close(): Promise<void>;
}

export interface LibraryOptions {
  readonly url: string;
  readonly masterKey: Uint8Array;
  /** Whether the first request is begun, and never gets any further. */
  readonly holds?: boolean;
  readonly concurrency?: number;
  readonly onError: (error: unknown) => void;
}

export const openLibrary = async (options: LibraryOptions): Promise<Library> => {
  const { url, masterKey, holds = false, concurrency = 4, onError } = options;
  const pool = new pg.Pool({ connectionString: url, max: 6 }).on("error", () => undefined);
  const boss = new PgBoss({ connectionString: url, max: 3, ...bossSettings });
  boss.on("error", onError);
  await boss.start();
  const dispatcher = await pgBossDispatcher({ boss, client: pool, pollEvery: 500 });

  /** Sends a voucher to whoever leaves. Its other side knows the key again. */
  const vouchers = defineDataSource({
    id: "vouchers",
    title: "Vouchers",
    kind: "origin",
    holds: ["customer-data"],
    locate: async () => [{ collection: "Vouchers", count: 0 }],
    erase: async (subject, { idempotencyKey }) => {
      const [email = ""] = subject.values("email");
      await pool.query("insert into attempts (email, pid) values ($1, $2)", [email, process.pid]);
      if (holds) await new Promise(() => undefined);
      await pause(Math.random() * 100);
      await pool.query("insert into vouchers values ($1, $2) on conflict do nothing", [
        idempotencyKey,
        email,
      ]);
      return [{ collection: "Vouchers", outcome: "absent" }];
    },
  });

  const rights = createSubjectRights({
    controller: "Halmstrand Lamps",
    sources: [postgresDataSource({ client: pool, dataMap, id: "people", title: "People" }), vouchers],
    notifier: defineNotifier({
      id: "outbox",
      attachmentLimit: 0,
      send: async ({ id, notice }) => {
        const token = notice.type === "confirmation" ? notice.token : null;
        await pool.query("insert into outbox values ($1, $2, $3)", [id, notice.type, token]);
      },
    }),
    addresses: { tenantAdmin: () => "admin@halmstrand.example", support: () => "support@halmstrand.example" },
    ...postgresStorage({ client: pool, masterKey }),
    dispatcher,
    concurrency,
    lookEvery: 30_000,
    // A message that a process was killed over waits for the others that long.
    ...(holds ? {} : { callDeadline: 3_000 }),
    onError,
  });
  return {
    rights,
    dispatcher,
    pool,
    close: async () => {
      await rights.stop();
      await boss.stop({ graceful: false });
      await pool.end();
    },
  };
};
