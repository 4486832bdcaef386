import { type Broken, gap } from "../describe-suite.ts";
import { type Fault, keyOf, put } from "./world.ts";

export const committingFaults: readonly Broken<Fault>[] = [
  {
    fault: "nothing sealed leaves what was sealed before",
    how: ({ good, tables }) => ({
      commit: (input) =>
        good.commit({
          ...input,
          request: {
            ...input.request,
            sealed: input.request.sealed ?? tables.requests.get(keyOf(input.request))?.sealed ?? null,
          },
        }),
    }),
    caughtBy: ["commit: replaces the whole request", "commit: leaves nothing behind of what it replaced"],
  },
  {
    fault: "older versions are kept beside",
    how: ({ good, leftovers, tables }) => ({
      async commit(input) {
        const before = structuredClone(tables.requests.get(keyOf(input.request)));
        const answer = await good.commit(input);
        if (answer.outcome === "committed") leftovers.push(before);
        return answer;
      },
    }),
    caughtBy: ["commit: leaves nothing behind of what it replaced"],
  },
  {
    fault: "the version guard lets versions pass that are ahead",
    how: ({ good, tables }) => ({
      async commit(input) {
        const version = tables.requests.get(keyOf(input.request))?.version ?? Number.POSITIVE_INFINITY;
        return good.commit({ ...input, expectedVersion: Math.min(version, input.expectedVersion) });
      },
    }),
    caughtBy: ["commit: a change made on another version is refused, and nothing is stored"],
  },
  {
    fault: "the audit entries of a refused change are stored",
    how: ({ good, tables }) => ({
      async commit(input) {
        const answer = await good.commit(input);
        if (answer.outcome !== "committed") {
          const key = keyOf(input.request);
          tables.audit.set(key, [...(tables.audit.get(key) ?? []), ...input.entries]);
        }
        return answer;
      },
    }),
    caughtBy: [
      "commit: a change made on another version is refused, and nothing is stored",
      "commit: a request that is not there is not made",
      "commit: of many over one version at the same moment, one wins",
      "claims: what another open request holds is refused, and nothing is stored",
    ],
  },
  {
    fault: "a commit makes the request where there is none",
    how: ({ good, tables }) => ({
      async commit(input) {
        if (await good.read(input.request)) return good.commit(input);
        put(tables, input.request, input.entries);
        return { outcome: "committed" };
      },
    }),
    caughtBy: ["commit: a request that is not there is not made"],
  },
  {
    fault: "something happens between looking at the version and storing",
    how: ({ good, tables }) => ({
      async commit(input) {
        if ((await good.read(input.request))?.version !== input.expectedVersion)
          return { outcome: "changed" };
        await gap();
        const expectedVersion = tables.requests.get(keyOf(input.request))?.version ?? 0;
        return good.commit({ ...input, expectedVersion });
      },
    }),
    caughtBy: ["commit: of many over one version at the same moment, one wins"],
  },
  {
    fault: "a commit changes every request of that id",
    how: ({ good, tables }) => ({
      async commit(input) {
        const answer = await good.commit(input);
        if (answer.outcome !== "committed") return answer;
        for (const other of [...tables.requests.values()]) {
          if (other.id === input.request.id) put(tables, { ...input.request, tenant: other.tenant }, []);
        }
        return answer;
      },
    }),
    caughtBy: ["commit: a request of the same id in another tenant stays as it is"],
  },
];
