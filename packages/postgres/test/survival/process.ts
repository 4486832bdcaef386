/** What a process of the application is made of: the library over the places, and the people who use it. */
import { buffer } from "node:stream/consumers";
import {
  createSubjectRights,
  defineNotifier,
  NotPossibleNow,
  orThrow,
  type RequestKind,
  type RuleChanges,
  type SubjectRights,
  TokenRejected,
} from "@subject-rights/core";
import pg from "pg";
import { type PostgresClient, postgresStorage } from "../../src/index.ts";
import { type Gate, gatedStorage, open } from "./gates.ts";
import { askedFor, type Places } from "./places.ts";
import { fiveSources } from "./sources.ts";

export interface Process {
  readonly rights: SubjectRights;
  readonly shop: pg.Pool;
  readonly warehouse: pg.Pool;
  /** Does what people do for the one request of a tenant: submits it, and acknowledges it when asked. */
  use(tenant: string, kind: RequestKind): Promise<void>;
  close(): Promise<void>;
}

export interface ProcessOptions {
  readonly gate?: Gate;
  readonly onError?: (error: unknown) => void;
  readonly rules?: RuleChanges;
  readonly lookEvery?: number;
  /** What the store works over, made from the pool. Default: the pool. */
  readonly clientFrom?: (pool: pg.Pool) => PostgresClient;
  /** At most so many to each database: each is opened, and learns every statement, for itself. Default: 8. */
  readonly connections?: number;
}

/**
 * Tries for as long as a test may last. Whoever gives up hands an export out without that part, and waits for a person
 * to decide: nobody here does.
 */
export const untiring: RuleChanges = {
  retry: { attempts: 1_000, firstDelay: 50, longestDelay: 200, slowDelay: 300 },
  messageDelay: 200,
};

const poolOn = (connectionString: string, max: number): pg.Pool =>
  // A connection that is cut while idle is told here, and is nobody's failure.
  new pg.Pool({ connectionString, max }).on("error", () => undefined);

export const actorOf = (tenant: string) => ({ id: "admin-1", tenant, roles: ["admin", "tenant-admin"] });

export const openProcess = (
  places: Places,
  {
    gate = open,
    onError,
    rules = {},
    lookEvery = 1_000,
    clientFrom = (pool) => pool,
    connections = 8,
  }: ProcessOptions = {},
): Process => {
  const [shop, warehouse] = [poolOn(places.shopUrl, connections), poolOn(places.warehouseUrl, connections)];
  const client = clientFrom(shop);
  const { migrate: _, ...storage } = postgresStorage({ client, masterKey: places.masterKey });

  const acknowledge = async (token: string): Promise<void> => {
    const done = await rights.requests.acknowledge({ token });
    // Somebody clicked already, in this process or the one before.
    const isFine = done.isOk() || done.error instanceof TokenRejected || done.error instanceof NotPossibleNow;
    if (!isFine) onError?.(done.error);
  };

  /** Takes in every message, a repeated one again, and lets whoever is asked acknowledge. */
  const notifier = defineNotifier({
    id: "outbox",
    attachmentLimit: 10_000_000,
    send: async ({ id, to, at, notice, attachment }, { tenant }) => {
      const bytes = attachment === null ? null : await buffer(attachment.read());
      await gate(tenant, "notifier.send", () =>
        warehouse.query(
          "insert into outbox (id, tenant, recipient, at, notice, attachment) values ($1, $2, $3, $4, $5, $6)",
          [id, tenant, to, at, JSON.stringify(notice), bytes],
        ),
      );
      if (notice.type === "confirmation") setImmediate(() => void acknowledge(notice.token));
    },
  });

  const rights: SubjectRights = createSubjectRights({
    controller: "Halmstrand Lamps",
    sources: fiveSources(places, { client, shop, warehouse }, gate),
    notifier,
    addresses: {
      tenantAdmin: () => "admin@halmstrand.example",
      support: () => "support@halmstrand.example",
    },
    ...gatedStorage(storage, gate),
    concurrency: 200,
    lookEvery,
    // A message that a process was killed over waits for the next one that long.
    callDeadline: 3_000,
    rules,
    onError: (error) => onError?.(error),
  });

  return {
    rights,
    shop,
    warehouse,
    use: async (tenant, kind) => {
      const actor = actorOf(tenant);
      const [request] = orThrow(await rights.requests.list({ actor })).requests;
      if (request === undefined) {
        const { email } = askedFor(tenant);
        orThrow(await rights.requests.submit({ actor, kind, category: "customer-data", email }));
      } else if (request.waitingFor.some((each) => each.for === "acknowledgement")) {
        const { rows } = await warehouse.query<{ token: string }>(
          "select notice ->> 'token' as token from outbox where tenant = $1 and notice ->> 'type' = 'confirmation'",
          [tenant],
        );
        for (const { token } of rows) await acknowledge(token);
      }
    },
    close: async () => {
      await rights.stop();
      await Promise.all([shop.end(), warehouse.end()]);
    },
  };
};
