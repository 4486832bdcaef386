import { type Broken, gap } from "../describe-suite.ts";
import { countsOf, type Fault, matches } from "./good-data-source.ts";

export const verifyingFaults: readonly Broken<Fault>[] = [
  {
    fault: "verify never finds anything",
    how: { source: ({ good }) => ({ verify: async (...asked) => (await good.verify(...asked)).slice(9) }) },
    caughtBy: ["verify: counts everything where nothing was erased", "verify: counts what an erasure left"],
  },
  {
    fault: "verify counts what there was before",
    how: {
      source: ({ good, tables }) => {
        const before = [...tables.rows];
        return {
          async verify(subject, context) {
            await good.verify(subject, context);
            return countsOf(before.filter((row) => matches(row, subject, context.tenant)));
          },
        };
      },
    },
    caughtBy: ["verify: counts what an erasure left", "verify: counts what a refresh left"],
  },
];

export const refreshingFaults: readonly Broken<Fault>[] = [
  {
    fault: "refresh is queued rather than done",
    how: {
      source: ({ good }) => ({
        async refresh(context) {
          void gap()
            .then(() => good.refresh(context))
            .catch(() => undefined);
        },
      }),
    },
    caughtBy: [
      "refresh: whoever left the origins has left the copy when it resolves",
      'refresh: "could not ask" is an error, and never an answer',
    ],
  },
  {
    fault: "refresh leaves the copy empty",
    how: {
      source: ({ good, tables }) => ({
        async refresh(context) {
          await good.refresh(context);
          tables.rows = [];
        },
      }),
    },
    caughtBy: [
      "refresh: whoever is in the origins is in the copy afterwards",
      "refresh: whoever left the origins has left the copy when it resolves",
    ],
  },
  {
    fault: "a refresh that comes twice fills the copy twice",
    how: {
      source: ({ good, tables }) => {
        const seen = new Set<string>();
        return {
          async refresh(context) {
            const before = seen.has(context.idempotencyKey) ? [...tables.rows] : [];
            seen.add(context.idempotencyKey);
            await good.refresh(context);
            tables.rows.push(...before);
          },
        };
      },
    },
    caughtBy: ["refresh: a second time under the same idempotency key changes nothing"],
  },
];
