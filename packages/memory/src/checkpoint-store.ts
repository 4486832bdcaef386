import {
  type CheckpointStore,
  defineCheckpointStore,
  type SeenChain,
  type StoredCheckpoint,
  type StoredLeaf,
} from "@subject-rights/core";
import { copied } from "./copied.ts";
import { type RequestTables, requestTables } from "./request-store.ts";

export interface CheckpointTables {
  readonly checkpoints: StoredCheckpoint[];
  /** With the tenant of each. */
  readonly leaves: (StoredLeaf & { readonly tenant: string })[];
  /** The version up to which each request and each sweep was looked at. */
  readonly seen: Map<string, number>;
}

export const checkpointTables = (): CheckpointTables => ({ checkpoints: [], leaves: [], seen: new Map() });

/**
 * Keeps checkpoints in memory.
 *
 * @param tables those of the request store and the sweep store
 * @param kept where they are kept; handing the same to a second store is a restart without loss
 */
export const memoryCheckpointStore = (
  tables: RequestTables = requestTables(),
  kept: CheckpointTables = checkpointTables(),
): CheckpointStore => {
  const seenKey = (tenant: string, { of, chain }: Pick<SeenChain, "of" | "chain">) =>
    JSON.stringify([of, tenant, chain]);
  const waiting = () => {
    const requests = [...tables.requests.values()].map((each) => ({ ...each, of: "request" as const }));
    const sweeps = [...tables.sweeps.values()].map((each) => ({ ...each, of: "sweep" as const }));
    return [...requests, ...sweeps].filter(
      ({ of, tenant, id, version }) => version > (kept.seen.get(seenKey(tenant, { of, chain: id })) ?? 0),
    );
  };
  const leavesWhere = (test: (leaf: CheckpointTables["leaves"][number]) => boolean): StoredLeaf[] =>
    kept.leaves.filter(test).map(({ tenant: _, ...leaf }) => leaf);
  const ofTenant = (tenant: string) =>
    kept.checkpoints.filter(({ checkpoint }) => checkpoint.tenant === tenant);

  return defineCheckpointStore({
    async tenants({ limit }) {
      return [...new Set(waiting().map(({ tenant }) => tenant))].slice(0, limit);
    },

    async waiting({ tenant, limit }) {
      return waiting()
        .filter((each) => each.tenant === tenant)
        .slice(0, limit)
        .map(({ of, id }) => ({ of, chain: id }));
    },

    async newest({ tenant }) {
      return copied(ofTenant(tenant).at(-1));
    },

    async add({ checkpoint: stored, leaves, seen }) {
      const { tenant, number } = stored.checkpoint;
      if (ofTenant(tenant).some(({ checkpoint }) => checkpoint.number === number))
        return { outcome: "taken" };
      const first = stored.checkpoint.leaves - leaves.length;
      kept.checkpoints.push(copied(stored));
      for (const [index, leaf] of leaves.entries()) {
        kept.leaves.push({ ...leaf, tenant, index: first + index, checkpoint: number });
      }
      for (const each of seen) {
        const key = seenKey(tenant, each);
        kept.seen.set(key, Math.max(kept.seen.get(key) ?? 0, each.version));
      }
      return { outcome: "stored" };
    },

    async list({ tenant, after, limit }) {
      const found = ofTenant(tenant).filter(({ checkpoint }) => checkpoint.number > after);
      return copied(found.slice(0, limit));
    },

    async leaves({ tenant, from, limit }) {
      return leavesWhere((leaf) => leaf.tenant === tenant && leaf.index >= from).slice(0, limit);
    },

    async leavesOf({ tenant, chain }) {
      return leavesWhere((leaf) => leaf.tenant === tenant && leaf.chain === chain);
    },
  });
};
