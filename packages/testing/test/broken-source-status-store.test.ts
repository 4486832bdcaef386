import { defineSourceStatusStore, type SourceStatusStoreDefinition } from "@subject-rights/core";
import { memorySourceStatusStore } from "@subject-rights/memory";
import {
  type SourceStatusStoreFixture,
  type StorageHarness,
  sourceStatusStoreCases,
} from "@subject-rights/testing";
import { couldNotAsk, describeSuite, gap } from "./broken/describe-suite.ts";
import { plainSourceStatusStore } from "./broken/plain-storage.ts";
import { type Fault, world } from "./broken/storage/world.ts";

type StatusFault = Fault<SourceStatusStoreDefinition>;

const statusStore = (fault: StatusFault | null): StorageHarness<SourceStatusStoreFixture> => {
  const makeBreakable = async () => {
    const { tables, leftovers, up, ...doors } = world();
    const plain = plainSourceStatusStore(memorySourceStatusStore(tables.statuses));
    const good = { put: up(plain.put), list: up(plain.list) };
    return { store: defineSourceStatusStore({ ...good, ...fault?.({ good, tables, leftovers }) }), ...doors };
  };
  return { make: makeBreakable, makeBreakable };
};

describeSuite<StatusFault>("source status store", (fault) => sourceStatusStoreCases(statusStore(fault)), [
  {
    fault: "a problem is dropped",
    how: ({ good }) => ({ put: (status) => good.put({ ...status, problem: null }) }),
    caughtBy: [
      "put: what is stored is listed as it was",
      "put: replaces what was known of the source, and of no other",
    ],
  },
  {
    fault: "a source that never was refreshed says it was",
    how: ({ good }) => ({
      put: (status) => good.put({ ...status, refreshedAt: status.refreshedAt ?? status.at }),
    }),
    caughtBy: ["put: what is stored is listed as it was", "put and list: tenants are apart"],
  },
  {
    fault: "what was known first stays",
    how: ({ good, tables }) => ({
      async put(status) {
        if (!tables.statuses.has(JSON.stringify([status.tenant, status.source]))) await good.put(status);
      },
    }),
    caughtBy: ["put: replaces what was known of the source, and of no other"],
  },
  {
    fault: "the whole file is read, changed and written back",
    how: ({ good, tables }) => ({
      async put(status) {
        const file = [...tables.statuses];
        await gap();
        tables.statuses.clear();
        for (const [key, value] of file) tables.statuses.set(key, value);
        await good.put(status);
      },
    }),
    caughtBy: ["put: of many at the same moment none is lost"],
  },
  {
    fault: "the list is of all tenants",
    how: ({ good, tables }) => ({
      async list(query) {
        await good.list(query);
        return [...tables.statuses.values()];
      },
    }),
    caughtBy: ["put and list: tenants are apart"],
  },
  {
    fault: "nothing known is an error",
    how: ({ good }) => ({
      async list(query) {
        const found = await good.list(query);
        if (found.length === 0) throw new Error("404 Not Found");
        return found;
      },
    }),
    caughtBy: ["list: a tenant of which nothing is known has an empty list"],
  },
  ...Object.entries({
    put: ({ good }) => ({ put: (status) => good.put(status).catch(() => undefined) }),
    list: ({ good }) => ({ list: (query) => good.list(query).catch(() => []) }),
  } satisfies Readonly<Record<string, StatusFault>>).map(([operation, how]) => ({
    fault: `${operation} answers while the storage is gone`,
    how,
    caughtBy: [couldNotAsk(operation)],
  })),
]);
