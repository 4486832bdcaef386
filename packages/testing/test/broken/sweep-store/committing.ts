import { type Broken, couldNotAsk, gap } from "../describe-suite.ts";
import { type Fault, keyOf } from "./world.ts";

export const committingFaults: readonly Broken<Fault>[] = [
  {
    fault: "the kinds of parts are mixed up",
    how: ({ good, tables }) => ({
      parts: async (query) =>
        [...(tables.sweepParts.get(keyOf(query))?.values() ?? [])]
          .filter(({ number }) => number > query.after)
          .slice(0, query.limit),
      read: good.read,
    }),
    caughtBy: ["commit: the sweep, its audit and its parts are stored", couldNotAsk("parts")],
  },
  {
    fault: "removed parts are put aside",
    how: ({ good, tables, leftovers }) => ({
      async commit(input) {
        for (const number of input.remove)
          leftovers.push(tables.sweepParts.get(keyOf(input.sweep))?.get(number));
        return good.commit(input);
      },
    }),
    caughtBy: ["commit: removed parts are gone, and what they held with them"],
  },
  {
    fault: "removed parts stay",
    how: ({ good }) => ({ commit: (input) => good.commit({ ...input, remove: [] }) }),
    caughtBy: [
      "commit: removed parts are gone, and what they held with them",
      "findAbout: finds what stayed of somebody, in every sweep of the tenant, as long as it is there",
    ],
  },
  {
    fault: "the version is not looked at",
    how: ({ good, tables }) => ({
      commit: (input) =>
        good.commit({
          ...input,
          expectedVersion: tables.sweeps.get(keyOf(input.sweep))?.version ?? input.expectedVersion,
        }),
    }),
    caughtBy: ["commit: on another version nothing is stored"],
  },
  {
    fault: "something happens between looking at the version and storing",
    how: ({ good, tables }) => ({
      async commit(input) {
        if ((await good.read(input.sweep))?.version !== input.expectedVersion) return { outcome: "changed" };
        await gap();
        const now = tables.sweeps.get(keyOf(input.sweep))?.version ?? input.expectedVersion;
        return good.commit({ ...input, expectedVersion: now });
      },
    }),
    caughtBy: ["commit: of two at the same moment over one version, one wins"],
  },
];
