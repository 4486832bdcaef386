import { defineKeyRing, type KeyRingDefinition } from "@subject-rights/core";
import { memoryKeyRing } from "@subject-rights/memory";
import {
  type KeyRingFixture,
  keyRingCases,
  type StorageHarness,
  seededRandomness,
} from "@subject-rights/testing";
import { couldNotAsk, describeSuite, gap } from "./broken/describe-suite.ts";
import { plainKeyRing } from "./broken/plain-storage.ts";
import { type Fault, world } from "./broken/storage/world.ts";

type KeyFault = Fault<KeyRingDefinition>;

const keyRing = (fault: KeyFault | null): StorageHarness<KeyRingFixture> => {
  const makeBreakable = async () => {
    const { tables, leftovers, up, ...doors } = world();
    const plain = plainKeyRing(memoryKeyRing({ keys: tables.keys }));
    const good = { create: up(plain.create), use: up(plain.use), destroy: up(plain.destroy) };
    return { keyRing: defineKeyRing({ ...good, ...fault?.({ good, tables, leftovers }) }), ...doors };
  };
  return { make: makeBreakable, makeBreakable };
};

/** A key that anybody can work out from its name. */
const keyFromName = (name: string): Uint8Array => seededRandomness(name.length).bytes(32);

describeSuite<KeyFault>("key ring", (fault) => keyRingCases(keyRing(fault)), [
  {
    fault: "keys have 16 bytes",
    how: ({ good }) => ({ use: async (name) => (await good.use(name))?.slice(0, 16) }),
    caughtBy: [
      "create: makes 32 bytes, the same at each use",
      "create: no two keys are alike",
      "create: a key that is there already stays as it is",
      "create: many at the same moment make one key",
      "use: a key that was never made is no answer, and no error",
      "use: nobody shares bytes with the key ring",
      "destroy: the key is gone, by the second door too",
      "destroy: other keys stay",
      "destroy: a key that is not there is fine, twice as well",
      "destroy: making a key of that name again never brings the old one back",
      couldNotAsk("create"),
      couldNotAsk("use"),
      couldNotAsk("destroy"),
    ],
  },
  {
    fault: "each use makes another key",
    how: ({ good, tables }) => ({
      async use(name) {
        if (tables.keys.has(name)) await good.destroy(name).then(() => good.create(name));
        return good.use(name);
      },
    }),
    caughtBy: [
      "create: makes 32 bytes, the same at each use",
      "create: a key that is there already stays as it is",
      "create: many at the same moment make one key",
      "use: nobody shares bytes with the key ring",
      "destroy: other keys stay",
    ],
  },
  {
    fault: "keys are worked out from names",
    how: ({ good, tables }) => ({
      async create(name) {
        await good.create(name);
        tables.keys.set(name, keyFromName(name));
      },
    }),
    caughtBy: [
      "create: no two keys are alike",
      "destroy: making a key of that name again never brings the old one back",
    ],
  },
  {
    fault: "keys are made anew where they are there already",
    how: ({ good }) => ({
      async create(name) {
        await good.destroy(name);
        await good.create(name);
      },
    }),
    caughtBy: ["create: a key that is there already stays as it is"],
  },
  {
    fault: "something happens between looking for a key and making it",
    how: ({ good, tables }) => ({
      async create(name) {
        if ((await good.use(name)) !== undefined) return;
        await gap();
        tables.keys.delete(name);
        await good.create(name);
      },
    }),
    caughtBy: ["create: many at the same moment make one key"],
  },
  {
    fault: "a key that was never made is made up",
    how: ({ good }) => ({ use: async (name) => (await good.use(name)) ?? keyFromName(name) }),
    caughtBy: [
      "use: a key that was never made is no answer, and no error",
      "destroy: the key is gone, by the second door too",
    ],
  },
  {
    fault: "what is handed out is what is stored",
    how: ({ good, tables }) => ({ use: async (name) => (await good.use(name)) && tables.keys.get(name) }),
    caughtBy: ["use: nobody shares bytes with the key ring"],
  },
  {
    fault: "destroyed keys are put aside",
    how: ({ good, leftovers }) => ({
      async destroy(name) {
        const key = await good.use(name);
        if (key !== undefined) leftovers.push(key);
        return good.destroy(name);
      },
    }),
    caughtBy: ["destroy: the key is gone, by the second door too"],
  },
  {
    fault: "all keys of one start are destroyed",
    how: ({ good, tables }) => ({
      async destroy(name) {
        await good.destroy(name);
        for (const other of [...tables.keys.keys()]) if (other.startsWith(name)) await good.destroy(other);
      },
    }),
    caughtBy: ["destroy: other keys stay"],
  },
  {
    fault: "destroying nothing is an error",
    how: ({ good, tables }) => ({
      async destroy(name) {
        if (!tables.keys.has(name)) throw new Error("404 Not Found");
        return good.destroy(name);
      },
    }),
    caughtBy: ["destroy: a key that is not there is fine, twice as well"],
  },
  {
    fault: "a key that is made again is the old one",
    how: ({ good, tables }) => {
      const once = new Map<string, Uint8Array>();
      return {
        async create(name) {
          await good.create(name);
          tables.keys.set(name, once.get(name) ?? new Uint8Array(tables.keys.get(name) ?? []));
          once.set(name, new Uint8Array(tables.keys.get(name) ?? []));
        },
      };
    },
    caughtBy: ["destroy: making a key of that name again never brings the old one back"],
  },
  ...Object.entries({
    create: ({ good }) => ({ create: (name) => good.create(name).catch(() => undefined) }),
    use: ({ good }) => ({ use: (name) => good.use(name).catch(() => undefined) }),
    destroy: ({ good }) => ({ destroy: (name) => good.destroy(name).catch(() => undefined) }),
  } satisfies Readonly<Record<string, KeyFault>>).map(([operation, how]) => ({
    fault: `${operation} answers while the storage is gone`,
    how,
    caughtBy: [couldNotAsk(operation)],
  })),
]);
