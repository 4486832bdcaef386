import {
  type AuditEntry,
  defineSweepStore,
  type HoldInput,
  type StoredSweep,
  type StoredSweepPart,
  type SweepCommit,
  type SweepCommitAnswer,
  type SweepKey,
  type SweepStore,
} from "@subject-rights/core";
import { copied } from "./copied.ts";
import {
  type InTurn,
  keyOf,
  MemoryTransaction,
  type RequestTables,
  requestTables,
  takingTurns,
} from "./request-store.ts";

const placeOf = ({ startedAt, id }: StoredSweep): string => `${startedAt} ${id}`;

/** Nothing here waits between looking and storing: that alone makes each operation atomic. */
const operationsOver = (tables: RequestTables) => {
  const { requests, audit, sweeps, sweepParts, sweepClaims } = tables;

  const partsOf = (key: SweepKey): ReadonlyMap<number, StoredSweepPart> =>
    sweepParts.get(keyOf(key)) ?? new Map();

  const claimOf = (tenant: string, claim: string): string => JSON.stringify([tenant, claim]);

  const holderOf = (tenant: string, claim: string): string | undefined =>
    sweepClaims.get(claimOf(tenant, claim)) ??
    [...requests.values()].find((request) => request.tenant === tenant && request.claims.includes(claim))?.id;

  const put = (sweep: StoredSweep, entries: readonly AuditEntry[]): void => {
    const key = keyOf(sweep);
    sweeps.set(key, copied(sweep));
    audit.set(key, [...(audit.get(key) ?? []), ...copied(entries)]);
  };

  return {
    insert({
      sweep,
      entries,
    }: {
      readonly sweep: StoredSweep;
      readonly entries: readonly AuditEntry[];
    }): void {
      if (sweeps.has(keyOf(sweep)) || requests.has(keyOf(sweep))) {
        throw new Error("the tenant has something of this id already");
      }
      put(sweep, entries);
    },

    read: (key: SweepKey): StoredSweep | undefined => copied(sweeps.get(keyOf(key))),

    partsOf,

    hold({ tenant, sweepId, people }: HoldInput): (string | null)[] {
      return people.map((claims) => {
        const others = claims.map((claim) => holderOf(tenant, claim)).filter((id) => id !== undefined);
        const other = others.find((id) => id !== sweepId);
        if (other !== undefined) return other;
        for (const claim of claims) sweepClaims.set(claimOf(tenant, claim), sweepId);
        return null;
      });
    },

    release({ tenant, id }: SweepKey, claims?: readonly string[]): void {
      const given = claims?.map((claim) => claimOf(tenant, claim));
      for (const [key, holder] of sweepClaims) {
        const isOfTenant = (JSON.parse(key) as readonly string[])[0] === tenant;
        if (holder === id && isOfTenant && (given?.includes(key) ?? true)) sweepClaims.delete(key);
      }
    },

    commit(input: SweepCommit): SweepCommitAnswer {
      const { sweep, expectedVersion, entries, add, remove, release } = input;
      if (sweeps.get(keyOf(sweep))?.version !== expectedVersion) return { outcome: "changed" };
      const parts = new Map(partsOf(sweep));
      for (const number of remove) parts.delete(number);
      for (const part of copied(add)) parts.set(part.number, part);
      sweepParts.set(keyOf(sweep), parts);
      put(sweep, entries);
      this.release(sweep, release);
      return { outcome: "committed" };
    },
  };
};

const copyOf = (tables: RequestTables): RequestTables => ({
  requests: new Map(tables.requests),
  audit: new Map(tables.audit),
  sweeps: new Map(tables.sweeps),
  sweepParts: new Map(tables.sweepParts),
  sweepClaims: new Map(tables.sweepClaims),
});

/**
 * Keeps sweeps in memory, over the tables of the request store: what one of both claims, the other leaves alone.
 *
 * @param tables where it is kept; those of `memoryRequestStore`
 * @param inTurn shared with the request store over the same tables
 */
export const memorySweepStore = (
  tables: RequestTables = requestTables(),
  inTurn: InTurn = takingTurns(),
): SweepStore => {
  const operations = operationsOver(tables);
  return defineSweepStore({
    insert: async (input) => inTurn(async () => operations.insert(input)),
    read: async (key) => operations.read(key),

    async list({ tenant, cursor, limit }) {
      const found = [...tables.sweeps.values()]
        .filter((sweep) => sweep.tenant === tenant && (cursor === undefined || placeOf(sweep) < cursor))
        .sort((one, other) => (placeOf(one) < placeOf(other) ? 1 : -1));
      const page = copied(found.slice(0, limit));
      const last = page.at(-1);
      return {
        sweeps: page,
        cursor: last !== undefined && found.length > limit ? placeOf(last) : undefined,
      };
    },

    async parts({ kind, after, limit, ...key }) {
      return [...operations.partsOf(key).values()]
        .filter((part) => (kind === undefined || part.kind === kind) && part.number > after)
        .sort((one, other) => one.number - other.number)
        .slice(0, limit)
        .map((part) => copied(part));
    },

    async findAbout({ tenant, pseudonyms }) {
      return [...tables.sweeps.values()]
        .filter((sweep) => sweep.tenant === tenant)
        .flatMap((sweep) =>
          [...operations.partsOf(sweep).values()]
            .filter(({ about = [] }) => about.some((each) => pseudonyms.includes(each)))
            .map((part) => ({ ...copied(part), sweepId: sweep.id })),
        );
    },

    async audit({ after, limit, ...key }) {
      if (operations.read(key) === undefined) return [];
      const entries = (tables.audit.get(keyOf(key)) ?? []).filter(({ sequence }) => sequence > after);
      return copied(entries.slice(0, limit));
    },

    hold: (input) => inTurn(async () => operations.hold(input)),
    release: (key) => inTurn(async () => operations.release(key)),
    commit: (input) => inTurn(async () => operations.commit(input)),

    transaction: (work) =>
      inTurn(async () => {
        const [before, draft] = [copyOf(tables), copyOf(tables)];
        const handle = new MemoryTransaction();
        const inside = operationsOver(draft);
        const value = await work({
          handle,
          hold: async (input) => inside.hold(input),
          commit: async (input) => inside.commit(input),
        });
        for (const table of ["sweeps", "sweepParts", "audit", "sweepClaims"] as const) {
          adopt(tables[table] as Map<string, unknown>, before[table], draft[table]);
        }
        handle.store();
        return value;
      }),
  });
};

/** Takes over what a transaction has changed. */
const adopt = (
  table: Map<string, unknown>,
  before: ReadonlyMap<string, unknown>,
  after: ReadonlyMap<string, unknown>,
): void => {
  for (const key of new Set([...before.keys(), ...after.keys()])) {
    const value = after.get(key);
    if (value === before.get(key)) continue;
    // Another store over the same tables does not wait for this one.
    if (table.get(key) !== before.get(key))
      throw new Error("another store over the same tables has changed the same meanwhile");
    if (value === undefined) table.delete(key);
    else table.set(key, value);
  }
};
