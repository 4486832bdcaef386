import type { StoredRequest } from "@subject-rights/core";
import type { Broken } from "../describe-suite.ts";
import { type Fault, keyOf } from "./world.ts";

export const wakingFaults: readonly Broken<Fault>[] = [
  {
    fault: "closed requests stand at nothing",
    how: ({ tables }) => ({
      standing: async () => {
        const open = [...tables.requests.values()].filter((request) => request.open);
        const all = open.flatMap(({ standings = [] }) => standings);
        return [...Map.groupBy(all, (each) => each.for)].map(([word, those]) => ({
          for: word,
          count: those.length,
          oldest: those.map(({ since }) => since).toSorted()[0] ?? "",
        }));
      },
    }),
    caughtBy: ["standing: how many stand at each, of every tenant, closed ones too, and the oldest"],
  },
  {
    fault: "what a request stood at is counted for good",
    how: ({ good }) => {
      const seen = new Map<string, { for: string; count: number; oldest: string }>();
      return {
        insert(input) {
          for (const { for: word, since } of input.request.standings ?? [])
            seen.set(word, { for: word, count: 1, oldest: since });
          return good.insert(input);
        },
        async standing() {
          const now = await good.standing();
          const isThere = (word: string) => now.some((one) => "for" in one && one.for === word);
          return [...now, ...[...seen.values()].filter((each) => !isThere(each.for))];
        },
      };
    },
    caughtBy: ["standing: only the newest version of a request counts"],
  },
  {
    fault: "the moment itself is not due yet",
    how: ({ good }) => ({
      due: async (query) => (await good.due(query)).filter(({ wakeAt }) => wakeAt < query.until),
    }),
    caughtBy: ["due: everything up to and including the moment, the earliest first"],
  },
  {
    fault: "what is due comes in any order",
    how: ({ good }) => ({ due: async (query) => (await good.due(query)).toReversed() }),
    caughtBy: [
      "due: everything up to and including the moment, the earliest first",
      "due: no more than the limit, and then the earliest",
    ],
  },
  {
    fault: "the limit picks any of what is due",
    how: ({ good }) => ({
      due: async (query) => (await good.due({ ...query, limit: 1_000 })).slice(-query.limit),
    }),
    caughtBy: [
      "due: no more than the limit, and then the earliest",
      "due: nothing up to and including `after`, where that is given",
    ],
  },
  {
    fault: "what is due begins with the earliest, whatever is asked",
    how: ({ good }) => ({ due: (query) => good.due({ ...query, after: undefined }) }),
    caughtBy: ["due: nothing up to and including `after`, where that is given"],
  },
  {
    fault: "closed requests are not woken",
    how: ({ good, tables }) => ({
      due: async (query) => (await good.due(query)).filter((key) => tables.requests.get(keyOf(key))?.open),
    }),
    caughtBy: ["due: of every tenant, and closed ones too"],
  },
  {
    fault: "requests that wait for people are woken all the time",
    how: ({ good, tables }) => ({
      async due(query) {
        const idle = [...tables.requests.values()].filter(({ wakeAt }) => wakeAt === null);
        const due = await good.due(query);
        return [...due, ...idle.map(({ tenant, id, receivedAt }) => ({ tenant, id, wakeAt: receivedAt }))];
      },
    }),
    caughtBy: ["due: a request that waits for people is not due, however late it is"],
  },
  {
    fault: "a wake-up that was put off comes nevertheless",
    how: ({ good }) => {
      const first = new Map<string, StoredRequest>();
      return {
        insert(input) {
          first.set(keyOf(input.request), input.request);
          return good.insert(input);
        },
        async due(query) {
          const due = await good.due(query);
          const stale = [...first.values()].flatMap(({ tenant, id, wakeAt }) =>
            wakeAt !== null && wakeAt <= query.until && !due.some((each) => each.id === id)
              ? [{ tenant, id, wakeAt }]
              : [],
          );
          return [...due, ...stale].slice(0, query.limit);
        },
      };
    },
    caughtBy: ["due: only the newest wake-up counts"],
  },
];
