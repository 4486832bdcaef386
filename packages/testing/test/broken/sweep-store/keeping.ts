import type { Broken } from "../describe-suite.ts";
import { type Fault, keyOf } from "./world.ts";

export const keepingFaults: readonly Broken<Fault>[] = [
  {
    fault: "what is sealed is not kept",
    how: ({ good }) => ({
      insert: ({ sweep, entries }) => good.insert({ sweep: { ...sweep, sealed: null }, entries }),
    }),
    caughtBy: [
      "insert: a sweep is read back as it was stored",
      "insert: an id that is taken, by a sweep or a request, is an error and changes nothing",
    ],
  },
  {
    fault: "an id that is taken is taken again",
    how: ({ good, tables }) => ({
      async insert(input) {
        tables.sweeps.delete(keyOf(input.sweep));
        tables.requests.delete(keyOf(input.sweep));
        return good.insert(input);
      },
    }),
    caughtBy: ["insert: an id that is taken, by a sweep or a request, is an error and changes nothing"],
  },
  {
    fault: "every tenant sees everything",
    how: ({ good, tables }) => ({
      read: async (key) =>
        (await good.read(key)) ?? [...tables.sweeps.values()].find(({ id }) => id === key.id),
    }),
    caughtBy: ["read: of another tenant, or what is not there, is undefined"],
  },
  {
    fault: "the oldest comes first",
    how: ({ good }) => ({
      async list(query) {
        const page = await good.list(query);
        return { ...page, sweeps: page.sweeps.toReversed() };
      },
    }),
    caughtBy: ["list: newest first, of one tenant, page by page"],
  },
  {
    fault: "a page ends nowhere",
    how: ({ good }) => ({ list: (query) => good.list({ ...query, cursor: undefined }) }),
    caughtBy: ["list: newest first, of one tenant, page by page"],
  },
  {
    fault: "what stayed of somebody is looked for in the newest sweep alone",
    how: ({ good }) => ({
      async findAbout(query) {
        const { sweeps } = await good.list({ tenant: query.tenant, limit: 1 });
        const found = await good.findAbout(query);
        return found.filter(({ sweepId }) => sweepId === sweeps[0]?.id);
      },
    }),
    caughtBy: [
      "findAbout: finds what stayed of somebody, in every sweep of the tenant, as long as it is there",
    ],
  },
  {
    fault: "what stayed of somebody is found by one name of each",
    how: ({ good }) => ({
      findAbout: async (query) =>
        (await good.findAbout(query)).filter(({ about = [] }) => query.pseudonyms.includes(about[0] ?? "")),
    }),
    caughtBy: [
      "findAbout: finds what stayed of somebody, in every sweep of the tenant, as long as it is there",
    ],
  },
  {
    fault: "the audit begins anew with each page",
    how: ({ good }) => ({ audit: (query) => good.audit({ ...query, after: 0 }) }),
    caughtBy: ["audit: entries in order, page by page, of one sweep"],
  },
];
