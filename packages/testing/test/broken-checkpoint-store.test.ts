import {
  type CheckpointInput,
  type CheckpointStoreDefinition,
  defineCheckpointStore,
} from "@subject-rights/core";
import { memoryStorage } from "@subject-rights/memory";
import {
  type CheckpointStoreFixture,
  checkpointStoreCases,
  type StorageHarness,
} from "@subject-rights/testing";
import { couldNotAsk, describeSuite, gap } from "./broken/describe-suite.ts";
import { plainCheckpointStore } from "./broken/plain-storage.ts";
import { type Fault, world } from "./broken/storage/world.ts";

type CheckpointFault = Fault<CheckpointStoreDefinition>;

const checkpointStore = (fault: CheckpointFault | null): StorageHarness<CheckpointStoreFixture> => {
  const makeBreakable = async () => {
    const { tables, leftovers, up, ...doors } = world();
    const storage = memoryStorage({ tables });
    const plain = plainCheckpointStore(storage.checkpointStore);
    const good = {
      tenants: up(plain.tenants),
      waiting: up(plain.waiting),
      newest: up(plain.newest),
      add: up(plain.add),
      list: up(plain.list),
      leaves: up(plain.leaves),
      leavesOf: up(plain.leavesOf),
    };
    const store = defineCheckpointStore({ ...good, ...fault?.({ good, tables, leftovers }) });
    return { store, requests: storage.requestStore, sweeps: storage.sweepStore, ...doors };
  };
  return { make: makeBreakable, makeBreakable };
};

const faults: readonly {
  readonly fault: string;
  readonly how: CheckpointFault;
  readonly caughtBy: string[];
}[] = [
  {
    fault: "sweeps are forgotten",
    how: ({ good }) => ({
      waiting: async (query) => (await good.waiting(query)).filter(({ of }) => of === "request"),
    }),
    caughtBy: [
      "waiting: whatever was stored waits, until it was looked at",
      "waiting: what was committed since it was looked at waits again",
      "waiting: of one tenant, and no more than asked for",
    ],
  },
  {
    fault: "what was looked at once never waits again",
    how: ({ good }) => ({
      add: (input) => good.add({ ...input, seen: input.seen.map((each) => ({ ...each, version: 1_000 })) }),
    }),
    caughtBy: ["waiting: what was committed since it was looked at waits again"],
  },
  {
    fault: "what was looked at waits on",
    how: ({ good }) => ({ add: (input) => good.add({ ...input, seen: [] }) }),
    caughtBy: [
      "waiting: whatever was stored waits, until it was looked at",
      "waiting: what was committed since it was looked at waits again",
      "waiting: what was looked at later stays looked at",
      "waiting: of one tenant, and no more than asked for",
      "tenants: those with something that waits, each once",
    ],
  },
  {
    fault: "the version told last counts",
    how: ({ good, tables }) => ({
      async add(input) {
        const answer = await good.add(input);
        for (const { of, chain, version } of input.seen) {
          tables.checkpoints.seen.set(
            JSON.stringify([of, input.checkpoint.checkpoint.tenant, chain]),
            version,
          );
        }
        return answer;
      },
    }),
    caughtBy: [
      "waiting: what was looked at later stays looked at",
      "add: where there is one of this number, nothing is stored",
    ],
  },
  {
    fault: "everything that waits is handed out",
    how: ({ good }) => ({ waiting: (query) => good.waiting({ ...query, limit: 1_000 }) }),
    caughtBy: ["waiting: of one tenant, and no more than asked for"],
  },
  {
    fault: "the tenant of what was looked at does not matter",
    how: ({ good, tables }) => ({
      async add(input) {
        const answer = await good.add(input);
        for (const { of, chain, version } of input.seen) {
          for (const tenant of ["tenant-one", "tenant-two"]) {
            if (answer.outcome === "stored")
              tables.checkpoints.seen.set(JSON.stringify([of, tenant, chain]), version);
          }
        }
        return answer;
      },
    }),
    caughtBy: [
      "waiting: what was looked at later stays looked at",
      "waiting: of one tenant, and no more than asked for",
    ],
  },
  {
    fault: "a tenant with sweeps only is not named",
    how: ({ good, tables }) => ({
      tenants: async (query) =>
        (await good.tenants(query)).filter((tenant) =>
          [...tables.requests.values()].some((request) => request.tenant === tenant),
        ),
    }),
    caughtBy: ["tenants: those with something that waits, each once"],
  },
  {
    fault: "the limit of tenants is not kept",
    how: ({ good }) => ({ tenants: () => good.tenants({ limit: 100 }) }),
    caughtBy: ["tenants: those with something that waits, each once"],
  },
  {
    fault: "the peaks are dropped",
    how: ({ good }) => ({
      add: (input) => good.add({ ...input, checkpoint: { ...input.checkpoint, peaks: [] } }),
    }),
    caughtBy: [
      "add: a checkpoint and its leaves are read back as they were stored",
      "add: where there is one of this number, nothing is stored",
      "newest: the highest number, of this tenant",
    ],
  },
  {
    fault: "leaves count from one",
    how: ({ good }) => ({
      leaves: async (query) => (await good.leaves(query)).map((leaf) => ({ ...leaf, index: leaf.index + 1 })),
      leavesOf: async (query) =>
        (await good.leavesOf(query)).map((leaf) => ({ ...leaf, index: leaf.index + 1 })),
    }),
    caughtBy: [
      "add: a checkpoint and its leaves are read back as they were stored",
      "leaves: in the order of the tree, of one tenant, from any place on",
      "leavesOf: all of one chain, in order, of one tenant",
    ],
  },
  {
    fault: "the second of one number is stored too",
    how: ({ tables, good }) => ({
      async add(input) {
        const { tenant, number } = input.checkpoint.checkpoint;
        const kept = tables.checkpoints.checkpoints;
        const there = kept.findIndex(
          ({ checkpoint }) => checkpoint.tenant === tenant && checkpoint.number === number,
        );
        if (there >= 0) kept.splice(there, 1);
        return good.add(input);
      },
    }),
    caughtBy: [
      "add: where there is one of this number, nothing is stored",
      "add: of several of one number at the same moment, one is stored",
    ],
  },
  {
    fault: "something happens between looking for the number and storing",
    how: ({ good, tables }) => ({
      async add(input: CheckpointInput) {
        const { tenant, number } = input.checkpoint.checkpoint;
        const all = tables.checkpoints.checkpoints;
        if (all.some(({ checkpoint }) => checkpoint.tenant === tenant && checkpoint.number === number)) {
          return { outcome: "taken" };
        }
        await gap();
        const { outcome } = await good.add(input);
        if (outcome === "taken") {
          for (const leaf of input.leaves) {
            const index = input.checkpoint.checkpoint.leaves;
            tables.checkpoints.leaves.push({ ...leaf, tenant, index, checkpoint: number });
          }
        }
        return { outcome: "stored" };
      },
    }),
    caughtBy: ["add: of several of one number at the same moment, one is stored"],
  },
  {
    fault: "the newest is any tenant's",
    how: ({ good, tables }) => ({
      newest: async (query) =>
        (await good.newest(query)) && structuredClone(tables.checkpoints.checkpoints.at(-1)),
    }),
    caughtBy: ["newest: the highest number, of this tenant"],
  },
  {
    fault: "numbers are compared as texts",
    how: ({ good }) => ({
      newest: async ({ tenant }) =>
        (await good.list({ tenant, after: 0, limit: 100 }))
          .toSorted((one, other) =>
            String(one.checkpoint.number) < String(other.checkpoint.number) ? -1 : 1,
          )
          .at(-1),
    }),
    caughtBy: ["newest: the highest number, of this tenant"],
  },
  {
    fault: "the list has every tenant's",
    how: ({ tables, good }) => ({
      list: async (query) => {
        await good.list(query);
        return tables.checkpoints.checkpoints
          .filter(({ checkpoint }) => checkpoint.number > query.after)
          .slice(0, query.limit);
      },
    }),
    caughtBy: ["list: in order of the numbers, of one tenant, from any number on"],
  },
  {
    fault: "leaves are those of every tenant",
    how: ({ tables, good }) => ({
      leaves: async (query) => {
        await good.leaves(query);
        return tables.checkpoints.leaves
          .filter(({ index }) => index >= query.from)
          .map(({ tenant: _, ...leaf }) => leaf)
          .slice(0, query.limit);
      },
    }),
    caughtBy: ["leaves: in the order of the tree, of one tenant, from any place on"],
  },
  {
    fault: "only the newest leaf of a chain is found",
    how: ({ good }) => ({ leavesOf: async (query) => (await good.leavesOf(query)).slice(-1) }),
    caughtBy: ["leavesOf: all of one chain, in order, of one tenant"],
  },
  ...Object.entries({
    tenants: ({ good }) => ({ tenants: (query) => good.tenants(query).catch(() => []) }),
    waiting: ({ good }) => ({ waiting: (query) => good.waiting(query).catch(() => []) }),
    newest: ({ good }) => ({ newest: (query) => good.newest(query).catch(() => undefined) }),
    add: ({ good }) => ({ add: (input) => good.add(input).catch(() => ({ outcome: "taken" })) }),
    list: ({ good }) => ({ list: (query) => good.list(query).catch(() => []) }),
    leaves: ({ good }) => ({ leaves: (query) => good.leaves(query).catch(() => []) }),
    leavesOf: ({ good }) => ({ leavesOf: (query) => good.leavesOf(query).catch(() => []) }),
  } satisfies Readonly<Record<string, CheckpointFault>>).map(([operation, how]) => ({
    fault: `${operation} answers while the storage is gone`,
    how,
    caughtBy: [couldNotAsk(operation)],
  })),
];

describeSuite<CheckpointFault>(
  "checkpoint store",
  (fault) => checkpointStoreCases(checkpointStore(fault)),
  faults,
);
