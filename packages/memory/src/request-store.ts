import {
  type AuditEntry,
  areStandings,
  defineRequestStore,
  type RequestKey,
  type RequestStore,
  type RequestStoreDefinition,
  type StandingCount,
  type StoredRequest,
  type StoredSweep,
  type StoredSweepPart,
} from "@subject-rights/core";
import { copied } from "./copied.ts";

export interface RequestTables {
  readonly requests: Map<string, StoredRequest>;
  readonly audit: Map<string, readonly AuditEntry[]>;
  readonly sweeps: Map<string, StoredSweep>;
  readonly sweepParts: Map<string, ReadonlyMap<number, StoredSweepPart>>;
  /** Which sweep holds a claim. */
  readonly sweepClaims: Map<string, string>;
}

export const requestTables = (): RequestTables => ({
  requests: new Map(),
  audit: new Map(),
  sweeps: new Map(),
  sweepParts: new Map(),
  sweepClaims: new Map(),
});

export const keyOf = ({ tenant, id }: RequestKey): string => JSON.stringify([tenant, id]);

/** Where a request stands in the list. All instants are of one length, so this orders by time, then by id. */
const placeOf = ({ receivedAt, id }: StoredRequest): string => `${receivedAt} ${id}`;

const byText =
  <Value>(textOf: (value: Value) => string) =>
  (one: Value, other: Value): number => {
    const [first, second] = [textOf(one), textOf(other)];
    return first < second ? -1 : first > second ? 1 : 0;
  };

/** Other maps of the same values: those are replaced, and never changed. */
const copyOf = (tables: RequestTables): RequestTables => ({
  ...tables,
  requests: new Map(tables.requests),
  audit: new Map(tables.audit),
});

/** Does work once everything before it has ended, well or not. */
export type InTurn = <Value>(work: () => Promise<Value>) => Promise<Value>;

export const takingTurns = (): InTurn => {
  let last: Promise<unknown> = Promise.resolve();
  return (work) => {
    const turn = last.then(work);
    last = turn.catch(() => undefined);
    return turn;
  };
};

/** Nothing here waits between looking and storing: that alone makes each operation atomic. */
const operationsOver = (tables: RequestTables): RequestStoreDefinition => {
  const { requests, audit, sweepClaims } = tables;

  const others = ({ tenant, id }: RequestKey): StoredRequest[] =>
    [...requests.values()].filter((other) => other.open && other.tenant === tenant && other.id !== id);

  const put = (request: StoredRequest, entries: readonly AuditEntry[]): void => {
    const copy = copied({ request, entries });
    const key = keyOf(request);
    requests.set(key, copy.request);
    audit.set(key, [...(audit.get(key) ?? []), ...copy.entries]);
  };

  return {
    async insert({ request, entries }) {
      if (requests.has(keyOf(request))) throw new Error("the tenant has a request of this id already");
      const duplicate = others(request).find((other) => other.duplicateKey === request.duplicateKey);
      if (duplicate !== undefined) return { outcome: "duplicate", requestId: duplicate.id };
      put(request, entries);
      return { outcome: "stored" };
    },

    async read(key) {
      return copied(requests.get(keyOf(key)));
    },

    async readByTokenHash(tokenHash) {
      return copied([...requests.values()].find(({ tokenHashes }) => tokenHashes.includes(tokenHash)));
    },

    async findAbout({ tenant, pseudonyms }) {
      return copied(
        [...requests.values()].filter(
          (request) =>
            request.tenant === tenant &&
            // One that is damaged keeps nobody from being found.
            Array.isArray(request.about) &&
            request.about.some((each) => pseudonyms.includes(each)),
        ),
      );
    },

    async commit({ request, expectedVersion, entries }) {
      if (requests.get(keyOf(request))?.version !== expectedVersion) return { outcome: "changed" };
      const holder = [...requests.values()].find(
        ({ tenant, id, claims }) =>
          tenant === request.tenant &&
          id !== request.id &&
          claims.some((claim) => request.claims.includes(claim)),
      );
      if (holder !== undefined) return { outcome: "claimed", by: holder.id };
      const sweep = request.claims
        .map((claim) => sweepClaims.get(JSON.stringify([request.tenant, claim])))
        .find((id) => id !== undefined);
      if (sweep !== undefined) return { outcome: "claimed", by: sweep };
      put(request, entries);
      return { outcome: "committed" };
    },

    async list({ tenant, open, cursor, limit }) {
      const found = [...requests.values()]
        .filter((request) => request.tenant === tenant && (open === undefined || request.open === open))
        .filter((request) => cursor === undefined || placeOf(request) < cursor)
        .sort(byText(placeOf))
        .reverse();
      const page = copied(found.slice(0, limit));
      const last = page.at(-1);
      return {
        requests: page,
        cursor: last !== undefined && found.length > limit ? placeOf(last) : undefined,
      };
    },

    async due({ until, after = "", limit }) {
      return [...requests.values()]
        .flatMap(({ tenant, id, wakeAt }) =>
          wakeAt !== null && wakeAt <= until && wakeAt > after ? [{ tenant, id, wakeAt }] : [],
        )
        .sort(byText(({ wakeAt }) => wakeAt))
        .slice(0, limit);
    },

    async standing() {
      const counts = new Map<string, StandingCount>();
      const damaged = [...requests.values()].filter(({ standings = [] }) => !areStandings(standings));
      const readable = [...requests.values()].filter((each) => !damaged.includes(each));
      for (const each of readable.flatMap(({ standings = [] }) => standings)) {
        const { count = 0, oldest } = counts.get(each.for) ?? {};
        const isOlder = oldest === undefined || each.since < oldest;
        counts.set(each.for, { for: each.for, count: count + 1, oldest: isOlder ? each.since : oldest });
      }
      return [...counts.values(), ...damaged.slice(0, 100).map(({ tenant, id }) => ({ tenant, id }))];
    },

    async audit(key) {
      return copied([...(audit.get(keyOf(key)) ?? [])]);
    },
  };
};

/**
 * The handle of a transaction of `memoryRequestStore`, for a data source that keeps its people in memory too. It
 * looks at what is there, and hands in what is to change: that happens when the transaction is stored, in the
 * same instant, or never.
 */
export class MemoryTransaction {
  readonly #changes: (() => void)[] = [];

  /** @param change must neither wait nor throw */
  whenStored(change: () => void): void {
    this.#changes.push(change);
  }

  /** Does what was handed in. For the store alone. */
  store(): void {
    for (const change of this.#changes) change();
  }
}

/**
 * Keeps requests and their audit in memory. While a transaction is open, whoever wants to store something waits
 * for its end.
 *
 * @param tables where it is kept; handing the same to a second store is a restart without loss
 * @param inTurn shared with the sweep store over the same tables
 */
export const memoryRequestStore = (
  tables: RequestTables = requestTables(),
  inTurn: InTurn = takingTurns(),
): RequestStore => {
  const operations = operationsOver(tables);
  return defineRequestStore({
    ...operations,
    insert: (input) => inTurn(() => operations.insert(input)),
    commit: (input) => inTurn(() => operations.commit(input)),
    transaction: (work) =>
      inTurn(async () => {
        const [before, draft] = [copyOf(tables), copyOf(tables)];
        const handle = new MemoryTransaction();
        const { read, insert, commit } = operationsOver(draft);
        const value = await work({ handle, read, insert, commit });
        const changed = [...draft.requests].filter(([key, request]) => request !== before.requests.get(key));
        // Another store over the same tables does not wait for this one.
        if (changed.some(([key]) => tables.requests.get(key) !== before.requests.get(key)))
          throw new Error("another store over the same tables has changed the request meanwhile");
        for (const [key, request] of changed) {
          tables.requests.set(key, request);
          tables.audit.set(key, draft.audit.get(key) ?? []);
        }
        handle.store();
        return value;
      }),
  });
};
