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
    const good = {
      create: up(plain.create),
      use: up(plain.use),
      rotate: up(plain.rotate),
      useAll: up(plain.useAll),
      destroy: up(plain.destroy),
    };
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
      'create: "could not ask" is an error, and never an answer',
      "create: a key that is there already stays as it is",
      "create: makes 32 bytes, the same at each use",
      "create: many at the same moment make one key",
      "create: no two keys are alike",
      'destroy: "could not ask" is an error, and never an answer',
      "destroy: a key that is not there is fine, twice as well",
      "destroy: every key of the name is gone",
      "destroy: making a key of that name again never brings the old one back",
      "destroy: other keys stay",
      "destroy: the key is gone, by the second door too",
      'rotate: "could not ask" is an error, and never an answer',
      "rotate: a dozen keys come in the order in which they were made",
      "rotate: many at the same moment make a key each",
      "rotate: other keys stay as they are",
      "rotate: the new key is used, and those before stay",
      "rotate: where there is none, it makes the first",
      'use: "could not ask" is an error, and never an answer',
      "use: a key that was never made is no answer, and no error",
      "use: nobody shares bytes with the key ring",
      'useAll: "could not ask" is an error, and never an answer',
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
      "create: a key that is there already stays as it is",
      "create: makes 32 bytes, the same at each use",
      "create: many at the same moment make one key",
      "destroy: other keys stay",
      "rotate: a dozen keys come in the order in which they were made",
      "rotate: the new key is used, and those before stay",
      "rotate: where there is none, it makes the first",
      "use: nobody shares bytes with the key ring",
    ],
  },
  {
    fault: "keys are worked out from names",
    how: ({ good, tables }) => ({
      async create(name) {
        await good.create(name);
        tables.keys.set(name, [keyFromName(name)]);
      },
    }),
    caughtBy: [
      "create: no two keys are alike",
      "destroy: making a key of that name again never brings the old one back",
      "rotate: the new key is used, and those before stay",
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
    caughtBy: [
      "create: a key that is there already stays as it is",
      "rotate: the new key is used, and those before stay",
    ],
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
    how: ({ good, tables }) => ({
      use: async (name) => (await good.use(name)) && tables.keys.get(name)?.at(-1),
    }),
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
    caughtBy: ["destroy: every key of the name is gone", "destroy: the key is gone, by the second door too"],
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
    fault: "a new key takes the place of the one before",
    how: ({ good }) => ({
      async rotate(name) {
        await good.destroy(name);
        await good.create(name);
      },
    }),
    caughtBy: [
      "rotate: a dozen keys come in the order in which they were made",
      "rotate: many at the same moment make a key each",
      "rotate: the new key is used, and those before stay",
    ],
  },
  {
    fault: "the newest comes first",
    how: ({ good }) => ({ useAll: async (name) => (await good.useAll(name)).toReversed() }),
    caughtBy: [
      "rotate: the new key is used, and those before stay",
      "rotate: a dozen keys come in the order in which they were made",
    ],
  },
  {
    fault: "keys are in the order of their numbers as texts",
    how: ({ good }) => {
      const inOrder = async (name: string) =>
        (await good.useAll(name))
          .map((key, index) => [`${index + 1}`, key] as const)
          .toSorted(([one], [other]) => (one < other ? -1 : 1))
          .map(([, key]) => key);
      return { useAll: inOrder, use: async (name) => (await inOrder(name)).at(-1) };
    },
    caughtBy: ["rotate: a dozen keys come in the order in which they were made"],
  },
  {
    fault: "every key is rotated",
    how: ({ good, tables }) => ({
      async rotate(name) {
        for (const other of new Set([name, ...tables.keys.keys()])) await good.rotate(other);
      },
    }),
    caughtBy: ["rotate: other keys stay as they are"],
  },
  {
    fault: "there is nothing to rotate",
    how: ({ good, tables }) => ({
      rotate: async (name) => (tables.keys.has(name) ? good.rotate(name) : undefined),
    }),
    caughtBy: [
      "rotate: where there is none, it makes the first",
      "rotate: a dozen keys come in the order in which they were made",
    ],
  },
  {
    fault: "only the newest is destroyed",
    how: ({ good, tables }) => ({
      async destroy(name) {
        const keys = tables.keys.get(name) ?? [];
        await good.destroy(name);
        if (keys.length > 1) tables.keys.set(name, [new Uint8Array(32).fill(7)]);
      },
    }),
    caughtBy: ["destroy: every key of the name is gone"],
  },
  {
    fault: "rotating answers while the storage is gone",
    how: ({ good }) => ({ rotate: (name) => good.rotate(name).catch(() => undefined) }),
    caughtBy: [couldNotAsk("rotate")],
  },
  {
    fault: "there are no keys while the storage is gone",
    how: ({ good }) => ({ useAll: (name) => good.useAll(name).catch(() => []) }),
    caughtBy: [couldNotAsk("useAll")],
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
          const [key = new Uint8Array()] = tables.keys.get(name) ?? [];
          tables.keys.set(name, [new Uint8Array(once.get(name) ?? key)]);
          once.set(name, new Uint8Array(tables.keys.get(name)?.[0] ?? []));
        },
      };
    },
    caughtBy: [
      "destroy: making a key of that name again never brings the old one back",
      "rotate: the new key is used, and those before stay",
    ],
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
