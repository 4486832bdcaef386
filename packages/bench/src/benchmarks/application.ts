import { setTimeout as pause } from "node:timers/promises";
import {
  type ArtifactStore,
  createSubjectRights,
  type DataSource,
  type Dispatcher,
  defineNotifier,
  type Identifier,
  orThrow,
  type RequestKind,
  type SubjectRights,
} from "@subject-rights/core";
import { postgresStorage } from "@subject-rights/postgres";
import type { Pool } from "pg";

export const tenant = "halmstrand";
/** May do everything. */
export const actor = { id: "admin-1", tenant, roles: ["admin", "tenant-admin"] };

/** The same for all processes over one database. */
const masterKey = new Uint8Array(32).fill(1);

export interface ApplicationOptions {
  readonly pool: Pool;
  readonly sources: readonly DataSource[];
  /** How many requests are worked on at once. */
  readonly concurrency: number;
  readonly artifactStore?: ArtifactStore;
  readonly dispatcher?: Dispatcher;
}

export interface Accepted {
  readonly id: string;
  /** Resolves when the message at its end is sent: everything was erased and checked, or the package is there. */
  readonly end: Promise<void>;
}

/** The whole library over PostgreSQL, as an application has it. Whoever gets a confirmation acknowledges at once. */
export interface Application {
  readonly rights: SubjectRights;
  accept(kind: RequestKind, email: string, identifiers?: readonly Identifier[]): Promise<Accepted>;
  /** Resolves when nothing personal is left of any erasure: its key is destroyed. */
  finalised(): Promise<void>;
  /** @throws the first thing that failed anywhere */
  check(): void;
  stop(): Promise<void>;
}

export const openApplication = async ({
  pool,
  sources,
  concurrency,
  ...given
}: ApplicationOptions): Promise<Application> => {
  const { migrate, ...storage } = postgresStorage({ client: pool, masterKey });
  orThrow(await migrate());
  const failures: unknown[] = [];
  const ends = new Map<string, PromiseWithResolvers<void>>();
  const endOf = (id: string) => {
    const end = ends.get(id) ?? Promise.withResolvers<void>();
    ends.set(id, end);
    return end;
  };
  const acknowledge = async (token: string): Promise<void> => {
    const done = await rights.requests.acknowledge({ token });
    if (done.isErr()) failures.push(done.error);
  };
  const rights = createSubjectRights({
    ...storage,
    ...given,
    controller: "Halmstrand Lamps",
    sources,
    notifier: defineNotifier({
      id: "kept",
      send: async ({ notice }) => {
        // As a person does: later, and nobody waits for it.
        if (notice.type === "confirmation") setImmediate(() => void acknowledge(notice.token));
        else if (notice.type === "completion" && notice.complete) endOf(notice.requestId).resolve();
        else if (notice.type === "delivery" && notice.missing.length === 0) endOf(notice.requestId).resolve();
        else {
          const why = "problem" in notice ? notice.problem : "nothing more is known";
          endOf(notice.requestId).reject(new Error(`A ${notice.type} message instead of success: ${why}.`));
        }
      },
    }),
    addresses: { tenantAdmin: () => "admin@halmstrand.example", support: () => "support@halmstrand.example" },
    links: { download: (token) => `https://rights.halmstrand.example/${token}` },
    concurrency,
    onError: (error) => void failures.push(error),
  });
  orThrow(await rights.start());
  return {
    rights,
    accept: async (kind, email, identifiers = []) => {
      const { request } = orThrow(
        await rights.requests.submit({ actor, kind, category: "customer-data", email, identifiers }),
      );
      const { promise } = endOf(request.id);
      return { id: request.id, end: promise.finally(() => ends.delete(request.id)) };
    },
    finalised: () => allFinalised(pool),
    check: () => {
      if (failures.length > 0) throw failures[0];
    },
    stop: () => rights.stop(),
  };
};

/** Resolves when nothing personal is left of any request over this database, whichever process works on it. */
export const allFinalised = async (pool: Pool): Promise<void> => {
  for (;;) {
    const { rows } = await pool.query(
      "select exists (select from subject_rights.key where name like 'request/%') as left",
    );
    if (!(rows[0] as { left: boolean }).left) return;
    await pause(2);
  }
};
