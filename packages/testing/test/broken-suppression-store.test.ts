import {
  defineSuppressionStore,
  type StoredSuppression,
  type SuppressionStoreDefinition,
} from "@subject-rights/core";
import { type MemoryTables, memorySuppressionStore } from "@subject-rights/memory";
import {
  type StorageHarness,
  type SuppressionStoreFixture,
  suppressionStoreCases,
} from "@subject-rights/testing";
import { describeSuite } from "./broken/describe-suite.ts";
import { plainSuppressionStore } from "./broken/plain-storage.ts";
import { type Fault, world } from "./broken/storage/world.ts";

type SuppressionFault = Fault<SuppressionStoreDefinition>;

const suppressionStore = (fault: SuppressionFault | null): StorageHarness<SuppressionStoreFixture> => {
  const makeBreakable = async () => {
    const { tables, leftovers, up, ...doors } = world();
    const plain = plainSuppressionStore(memorySuppressionStore(tables.suppressions));
    const good = {
      add: up(plain.add),
      end: up(plain.end),
      withdraw: up(plain.withdraw),
      lift: up(plain.lift),
      standing: up(plain.standing),
      list: up(plain.list),
      newest: up(plain.newest),
      rename: up(plain.rename),
    };
    const store = defineSuppressionStore({ ...good, ...fault?.({ good, tables, leftovers }) });
    return { store, ...doors };
  };
  return { make: makeBreakable, makeBreakable };
};

const overWhereACopySays = "add: one that is there is over where the one that is added is, the later of two";
/** Deletes rows from under the store. */
const forget = ({ suppressions }: MemoryTables, isMeant: (row: StoredSuppression) => boolean): void => {
  for (const [key, rows] of suppressions) {
    const kept = rows.filter((each) => !isMeant(each));
    if (kept.length === 0) suppressions.delete(key);
    else suppressions.set(key, kept);
  }
};

const couldNotAsk = 'standing: "could not ask" is an error, and never "not there"';

describeSuite<SuppressionFault>(
  "suppression store",
  (fault) => suppressionStoreCases(suppressionStore(fault)),
  [
    {
      fault: "what is added again replaces what is there",
      how: ({ good, tables }) => ({
        async add(rows) {
          for (const each of rows) {
            const { suppressions } = await good.list({ tenant: each.tenant, limit: 100 });
            const others = suppressions.filter(({ pseudonym }) => pseudonym !== each.pseudonym);
            if (others.length === suppressions.length) continue;
            forget(tables, ({ tenant }) => tenant === each.tenant);
            await good.add(others);
          }
          return good.add(rows);
        },
      }),
      caughtBy: [
        overWhereACopySays,
        "withdraw: those of the cause stand no longer, stay listed, and no others",
        "add: one that is there is lifted where the one that is added is",
        "add: nothing is fine, and one that is there stays as it is",
      ],
    },
    {
      fault: "the reason is not kept",
      how: ({ good }) => ({ add: (rows) => good.add(rows.map((each) => ({ ...each, reason: "request" }))) }),
      caughtBy: [
        "lift: with a name goes whatever the same causes put there for the same person",
        "add: what is added comes back as it was",
        "standing: only of the category and for the reason that is asked for",
      ],
    },
    {
      fault: "every tenant reads everything",
      how: ({ good }) => ({
        async standing(query) {
          const own = await good.standing(query);
          if (own.pseudonyms.length > 0) return own;
          return good.standing({ ...query, tenant: "tenant-one" });
        },
      }),
      caughtBy: [
        "standing: the highest generation, lifted ones too; 0 for an empty list",
        "standing: which of many, and of no other tenant",
      ],
    },
    {
      fault: "`since` is behind the end",
      how: ({ good }) => ({
        standing: ({ since, ...query }) =>
          good.standing(
            since === undefined ? query : { ...query, since: new Date(Date.parse(since) + 1).toISOString() },
          ),
      }),
      caughtBy: ["standing: since a moment are those that were not over before it"],
    },
    {
      fault: "what is not over was not there",
      how: ({ good }) => ({
        async standing(query) {
          const { suppressions } = await good.list({ tenant: query.tenant, limit: 10_000 });
          const open = suppressions.flatMap(({ endedAt, pseudonym }) =>
            endedAt === null ? [pseudonym] : [],
          );
          const found = await good.standing(query);
          if (query.since === undefined) return found;
          return { ...found, pseudonyms: found.pseudonyms.filter((each) => !open.includes(each)) };
        },
      }),
      caughtBy: [
        "end: those of the cause are over, and no others",
        "standing: since a moment are those that were not over before it",
      ],
    },
    {
      fault: "it is always of the first generation",
      how: ({ good }) => ({
        standing: async (query) => ({ ...(await good.standing(query)), generation: 1 }),
      }),
      caughtBy: ["standing: the highest generation, lifted ones too; 0 for an empty list"],
    },
    {
      fault: "everything is over with the first",
      how: ({ good }) => ({
        async end({ tenant, at }) {
          const { suppressions } = await good.list({ tenant, limit: 100 });
          for (const { cause } of suppressions) await good.end({ tenant, cause, at });
        },
      }),
      caughtBy: ["end: those of the cause are over, and no others"],
    },
    {
      fault: "nothing is ever withdrawn",
      how: () => ({ withdraw: async () => undefined }),
      caughtBy: ["withdraw: those of the cause stand no longer, stay listed, and no others"],
    },
    {
      fault: "what is withdrawn is forgotten, and comes back with an older copy",
      how: ({ tables }) => ({
        async withdraw(which) {
          forget(tables, ({ tenant, cause }) => tenant === which.tenant && cause === which.cause);
        },
      }),
      caughtBy: ["withdraw: those of the cause stand no longer, stay listed, and no others"],
    },
    {
      fault: "when it was over stays unknown, whatever a copy says",
      how: ({ good }) => ({
        async add(rows) {
          const { suppressions: there } = await good.list({ tenant: "tenant-one", limit: 100 });
          const endOf = (one: StoredSuppression) => {
            const known = there.find((each) => each.pseudonym === one.pseudonym && each.cause === one.cause);
            return known === undefined ? one.endedAt : known.endedAt;
          };
          await good.add(rows.map((each) => ({ ...each, endedAt: endOf(each) })));
        },
      }),
      caughtBy: [overWhereACopySays],
    },
    {
      fault: "what is lifted is forgotten, and comes back",
      how: ({ good }) => ({
        lift: async (which) => (await good.standing(which)).pseudonyms.length,
      }),
      caughtBy: [
        "withdraw: those of the cause stand no longer, stay listed, and no others",
        "lift: whoever has had the address and another number stays, but for a name that is given",
        "lift: with a name goes whatever the same causes put there for the same person",
        "lift: they stand no longer, stay listed, and are counted once",
        "rename: what has happened since it was read is not lost",
      ],
    },
    {
      fault: "a name alone is lifted",
      how: ({ good }) => ({
        async lift({ tenant, pseudonyms, category = null, lifted }) {
          const { suppressions } = await good.list({ tenant, limit: 100 });
          const theirs = suppressions.filter(
            (each) =>
              each.lifted === null &&
              pseudonyms.includes(each.pseudonym) &&
              (category === null || each.category === category),
          );
          await good.add(theirs.map((each) => ({ ...each, lifted })));
          return theirs.length;
        },
      }),
      caughtBy: [
        "lift: whoever has had the address and another number stays, but for a name that is given",
        "lift: with a name goes whatever the same causes put there for the same person",
      ],
    },
    {
      fault: "nobody knows what is a number",
      how: ({ good }) => ({
        add: (rows) => good.add(rows.map(({ numberType: _lost, ...each }) => each)),
      }),
      caughtBy: [
        "add: what is added comes back as it was",
        "lift: whoever has had the address and another number stays, but for a name that is given",
      ],
    },
    {
      fault: "what a copy says was lifted stands",
      how: ({ good }) => ({
        async add(suppressions) {
          const { suppressions: there } = await good.list({ tenant: "tenant-one", limit: 100 });
          const isThere = (one: StoredSuppression) =>
            there.some((each) => each.pseudonym === one.pseudonym && each.cause === one.cause);
          await good.add(suppressions.filter((each) => !isThere(each)));
        },
      }),
      caughtBy: [overWhereACopySays, "add: one that is there is lifted where the one that is added is"],
    },
    {
      fault: "once lifted is lifted for good",
      how: ({ good }) => {
        const lifted = new Set<string>();
        return {
          async lift(which) {
            for (const each of which.pseudonyms) lifted.add(each);
            return good.lift(which);
          },
          async standing(query) {
            const found = await good.standing(query);
            return { ...found, pseudonyms: found.pseudonyms.filter((each) => !lifted.has(each)) };
          },
        };
      },
      caughtBy: [
        "lift: with a name goes whatever the same causes put there for the same person",
        "lift: who is erased again afterwards stands again",
      ],
    },
    {
      fault: "there is one page",
      how: ({ good }) => ({
        list: async (query) => ({ suppressions: (await good.list(query)).suppressions }),
      }),
      caughtBy: [
        overWhereACopySays,
        "withdraw: those of the cause stand no longer, stay listed, and no others",
        "add: one that is there is lifted where the one that is added is",
        "add: another category and another cause are another one",
        "add: what is added comes back as it was",
        "end: those of the cause are over, and no others",
        "lift: they stand no longer, stay listed, and are counted once",
        "list: page by page, each once, and those below a generation",
      ],
    },
    {
      fault: "the newest is the last beginning",
      how: ({ good }) => ({
        async newest({ tenant }) {
          const { suppressions } = await good.list({ tenant, limit: 100 });
          return (
            suppressions
              .map(({ begunAt }) => begunAt)
              .toSorted()
              .at(-1) ?? null
          );
        },
      }),
      caughtBy: ["newest: the last beginning or end"],
    },
    {
      fault: "the old pseudonym stays beside the new one",
      how: ({ good }) => ({
        rename: (renamed) =>
          good.add(renamed.map(({ from, to, generation }) => ({ ...from, pseudonym: to, generation }))),
      }),
      caughtBy: [
        "rename: it stands under the new pseudonym alone, with everything else",
        "rename: what has happened since it was read is not lost",
      ],
    },
    {
      fault: "what is renamed is what was read",
      how: ({ good, tables }) => ({
        async rename(renamed) {
          await good.rename(renamed);
          for (const { from, to, generation } of renamed) {
            const now = { ...from, pseudonym: to, generation };
            const { suppressions } = await good.list({ tenant: from.tenant, limit: 100 });
            const others = suppressions.filter(({ pseudonym }) => pseudonym !== to);
            forget(tables, ({ tenant }) => tenant === from.tenant);
            await good.add([...others, now]);
          }
        },
      }),
      caughtBy: ["rename: what has happened since it was read is not lost"],
    },
    {
      fault: "only the first of several is added",
      how: ({ good }) => ({ add: (rows) => good.add(rows.slice(0, 1)) }),
      caughtBy: [
        overWhereACopySays,
        "lift: whoever has had the address and another number stays, but for a name that is given",
        "add: one that is there is lifted where the one that is added is",
        "lift: with a name goes whatever the same causes put there for the same person",
        "add: another category and another cause are another one",
        "add: nothing is fine, and one that is there stays as it is",
        "add: what is added comes back as it was",
        "end: those of the cause are over, and no others",
        "lift: they stand no longer, stay listed, and are counted once",
        "list: page by page, each once, and those below a generation",
        "newest: the last beginning or end",
        "rename: it stands under the new pseudonym alone, with everything else",
        "standing: only of the category and for the reason that is asked for",
        "standing: since a moment are those that were not over before it",
        "standing: the highest generation, lifted ones too; 0 for an empty list",
        "standing: which of many, and of no other tenant",
        "withdraw: those of the cause stand no longer, stay listed, and no others",
      ],
    },
    {
      fault: "nobody stands in it while the storage is gone",
      how: ({ good }) => ({
        standing: (query) => good.standing(query).catch(() => ({ pseudonyms: [], generation: 0 })),
      }),
      caughtBy: [couldNotAsk],
    },
  ],
);
