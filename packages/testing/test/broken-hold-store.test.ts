import { defineHoldStore, type HoldStoreDefinition } from "@subject-rights/core";
import { memoryHoldStore } from "@subject-rights/memory";
import { type HoldStoreFixture, holdStoreCases, type StorageHarness } from "@subject-rights/testing";
import { couldNotAsk, describeSuite, gap } from "./broken/describe-suite.ts";
import { plainHoldStore } from "./broken/plain-storage.ts";
import { type Fault, world } from "./broken/storage/world.ts";

type HoldFault = Fault<HoldStoreDefinition>;

const holdStore = (fault: HoldFault | null): StorageHarness<HoldStoreFixture> => {
  const makeBreakable = async () => {
    const { tables, leftovers, up, ...doors } = world();
    const plain = plainHoldStore(memoryHoldStore(tables.holds));
    const good = {
      put: up(plain.put),
      read: up(plain.read),
      list: up(plain.list),
      standing: up(plain.standing),
    };
    return { store: defineHoldStore({ ...good, ...fault?.({ good, tables, leftovers }) }), ...doors };
  };
  return { make: makeBreakable, makeBreakable };
};

const keyOf = ({ tenant, id }: { readonly tenant: string; readonly id: string }) =>
  JSON.stringify([tenant, id]);

const faults: readonly {
  readonly fault: string;
  readonly how: HoldFault;
  readonly caughtBy: string[];
}[] = [
  {
    fault: "the last day is dropped",
    how: ({ good }) => ({ put: (hold) => good.put({ ...hold, until: null }) }),
    caughtBy: [
      "put: a hold is read back as it was stored",
      "standing: a hold stands on its last day, and not on the day after",
    ],
  },
  {
    fault: "a hold is stored whatever its version is",
    how: ({ tables }) => ({
      async put(hold) {
        tables.holds.set(keyOf(hold), structuredClone(hold));
        return { outcome: "stored" };
      },
    }),
    caughtBy: [
      "put: replaces the version before, and no other",
      "put: of several at the same moment over one version, one is stored",
      couldNotAsk("put"),
    ],
  },
  {
    fault: "something happens between looking at the version and storing",
    how: ({ good, tables }) => ({
      async put(hold) {
        const known = await good.read(hold);
        if ((known?.version ?? 0) !== hold.version - 1) return { outcome: "changed" };
        await gap();
        tables.holds.set(keyOf(hold), structuredClone(hold));
        return { outcome: "stored" };
      },
    }),
    caughtBy: ["put: of several at the same moment over one version, one is stored"],
  },
  {
    fault: "every tenant reads everything",
    how: ({ good, tables }) => ({
      read: async (key) =>
        (await good.read(key)) ?? [...tables.holds.values()].find(({ id }) => id === key.id),
    }),
    caughtBy: ["read: of another tenant, or what is not there, is undefined"],
  },
  {
    fault: "the oldest comes first",
    how: ({ good }) => ({
      async list(query) {
        const page = await good.list(query);
        return { ...page, holds: page.holds.toReversed() };
      },
    }),
    caughtBy: ["list: newest first, of one tenant, all or those that stand or not, page by page"],
  },
  {
    fault: "only the first pseudonym counts",
    how: ({ good }) => ({ put: (hold) => good.put({ ...hold, pseudonyms: hold.pseudonyms.slice(0, 1) }) }),
    caughtBy: [
      "put: a hold is read back as it was stored",
      "put: replaces the version before, and no other",
      "standing: one pseudonym in common is enough, and each person has an answer of their own",
    ],
  },
  {
    fault: "one answer for all people",
    how: ({ good }) => ({
      async standing(query) {
        const answers = await good.standing(query);
        return answers.map(() => answers.find((each) => each !== null) ?? null);
      },
    }),
    caughtBy: [
      "standing: one pseudonym in common is enough, and each person has an answer of their own",
      "standing: a hold stands on its last day, and not on the day after",
      "standing: what was put before it is seen, however many there are",
    ],
  },
  {
    fault: "what was lifted stands",
    how: ({ tables }) => ({
      standing: async ({ tenant, people, on }) =>
        people.map(
          (pseudonyms) =>
            [...tables.holds.values()].find(
              (hold) =>
                hold.tenant === tenant &&
                (hold.until === null || hold.until >= on) &&
                hold.pseudonyms.some((each) => pseudonyms.includes(each)),
            )?.id ?? null,
        ),
    }),
    caughtBy: [
      "standing: a hold that was lifted stands no more, and another on the same person does",
      couldNotAsk("standing"),
    ],
  },
  {
    fault: "a hold is over on its last day",
    how: ({ good }) => ({ standing: (query) => good.standing({ ...query, on: "2026-03-03" }) }),
    caughtBy: ["standing: a hold stands on its last day, and not on the day after"],
  },
  {
    fault: "a hold stands for ever",
    how: ({ good }) => ({ standing: (query) => good.standing({ ...query, on: "0001-01-01" }) }),
    caughtBy: ["standing: a hold stands on its last day, and not on the day after"],
  },
  {
    fault: "the tenant is not asked for",
    how: ({ tables }) => ({
      standing: async ({ people, on }) =>
        people.map(
          (pseudonyms) =>
            [...tables.holds.values()].find(
              (hold) =>
                hold.open &&
                (hold.until === null || hold.until >= on) &&
                hold.pseudonyms.some((each) => pseudonyms.includes(each)),
            )?.id ?? null,
        ),
    }),
    caughtBy: ["standing: the same pseudonym in another tenant is somebody else's", couldNotAsk("standing")],
  },
  {
    fault: "only so many holds are looked at",
    how: ({ good }) => ({
      standing: async (query) => (await good.standing(query)).map((id, index) => (index < 20 ? id : null)),
    }),
    caughtBy: ["standing: what was put before it is seen, however many there are"],
  },
  ...Object.entries({
    put: ({ good }) => ({ put: (hold) => good.put(hold).catch(() => ({ outcome: "changed" })) }),
    read: ({ good }) => ({ read: (key) => good.read(key).catch(() => undefined) }),
    list: ({ good }) => ({ list: (query) => good.list(query).catch(() => ({ holds: [] })) }),
    standing: ({ good }) => ({
      standing: (query) => good.standing(query).catch(() => query.people.map(() => null)),
    }),
  } satisfies Readonly<Record<string, HoldFault>>).map(([operation, how]) => ({
    fault: `${operation} answers while the storage is gone`,
    how,
    caughtBy: [couldNotAsk(operation)],
  })),
];

describeSuite<HoldFault>("hold store", (fault) => holdStoreCases(holdStore(fault)), faults);
