import {
  type AuditEntry,
  type CommitAnswer,
  defineRequestStore,
  type RequestKey,
  type RequestStoreDefinition,
  type StoredRequest,
} from "@subject-rights/core";
import { memoryRequestStore, memoryTables, type RequestTables } from "@subject-rights/memory";
import type { RequestStoreHarness } from "@subject-rights/testing";
import { plainRequestStore } from "../plain-storage.ts";
import { whileUp } from "../while-up.ts";

/** What a fault has at hand. */
export interface World {
  /** The store as it should be; every operation throws once the database is gone. */
  readonly good: Required<RequestStoreDefinition>;
  readonly tables: RequestTables;
  /** What lies around beside the tables; the second door sees it too. */
  readonly leftovers: unknown[];
  /** The same store over other tables. */
  over(tables: RequestTables): Required<RequestStoreDefinition>;
}

export type Fault = (world: World) => Partial<RequestStoreDefinition>;

export const harness = (fault: Fault | null): RequestStoreHarness => {
  const makeBreakable = async () => {
    let down = false;
    const up = whileUp(() => down);
    const over = (tables: RequestTables): Required<RequestStoreDefinition> => {
      const plain = plainRequestStore(memoryRequestStore(tables));
      return {
        insert: up(plain.insert),
        read: up(plain.read),
        readByTokenHash: up(plain.readByTokenHash),
        findAbout: up(plain.findAbout),
        commit: up(plain.commit),
        list: up(plain.list),
        due: up(plain.due),
        standing: () => up(plain.standing as (input: unknown) => ReturnType<typeof plain.standing>)(null),
        audit: up(plain.audit),
        transaction: plain.transaction,
      };
    };
    const tables = memoryTables();
    const leftovers: unknown[] = [];
    const good = over(tables);
    return {
      store: defineRequestStore({ ...good, ...fault?.({ good, tables, leftovers, over }) }),
      dump: async () => JSON.stringify([[...tables.requests], [...tables.audit], leftovers]),
      breakIt: async () => {
        down = true;
      },
    };
  };
  return { transactions: true, make: makeBreakable, makeBreakable };
};

export const keyOf = ({ tenant, id }: RequestKey): string => JSON.stringify([tenant, id]);

/** Stores without asking anything. */
export const put = (
  { requests, audit }: RequestTables,
  request: StoredRequest,
  entries: readonly AuditEntry[],
): void => {
  requests.set(keyOf(request), structuredClone(request));
  audit.set(keyOf(request), [...(audit.get(keyOf(request)) ?? []), ...structuredClone(entries)]);
};

/** A store that has the version guard, and finds out in its own way who holds a claim. */
export const claiming =
  (holderOf: (request: StoredRequest, all: readonly StoredRequest[]) => StoredRequest | undefined): Fault =>
  ({ good, tables }) => ({
    // In its turn: whoever is in a transaction is not disturbed.
    commit: (input) =>
      good.transaction(async ({ read }): Promise<CommitAnswer> => {
        await good.read(input.request);
        if ((await read(input.request))?.version !== input.expectedVersion) return { outcome: "changed" };
        const holder = holderOf(input.request, [...tables.requests.values()]);
        if (holder !== undefined) return { outcome: "claimed", by: holder.id };
        put(tables, input.request, input.entries);
        return { outcome: "committed" };
      }),
  });

/** Whether a request is another one that holds one of the claims. */
export const holds = (other: StoredRequest, { id, tenant, claims }: StoredRequest): boolean =>
  other.tenant === tenant && other.id !== id && other.claims.some((claim) => claims.includes(claim));
