import type { CollectionOutcome, Subject } from "@subject-rights/core";
import { type Broken, gap } from "../describe-suite.ts";
import { type Fault, goodSource, people } from "./good-data-source.ts";

export const erasingFaults: readonly Broken<Fault>[] = [
  {
    fault: "erase says that it did, and did not",
    how: {
      source: ({ good, tables }) => ({
        async erase(...asked) {
          const before = [...tables.rows];
          const outcomes = await good.erase(...asked);
          tables.rows = before;
          return outcomes;
        },
      }),
    },
    caughtBy: [
      "erase: nothing is left but what is said to be retained",
      "erase: a second time the person is absent",
      "erase: a second time under the same idempotency key does no more than the first",
      "erase: two people at the same moment are both erased",
    ],
  },
  {
    fault: "erase keeps silent about what it keeps",
    how: {
      source: ({ good }) => ({
        erase: async (...asked) =>
          (await good.erase(...asked)).filter(({ outcome }) => outcome !== "retained"),
      }),
    },
    caughtBy: [
      "erase: nothing is left but what is said to be retained",
      "erase: says what became of every record",
      "erase: looks for each identifier, not for the first alone",
      "erase: two people at the same moment are both erased",
    ],
  },
  {
    fault: "erase counts collections rather than records",
    how: {
      source: ({ good }) => ({
        erase: async (...asked) =>
          (await good.erase(...asked)).map((each) =>
            each.outcome === "erased" ? { ...each, count: 1 } : each,
          ),
      }),
    },
    caughtBy: [
      "erase: says what became of every record",
      "erase: looks for each identifier, not for the first alone",
    ],
  },
  {
    fault: "erase takes the rest of the family along",
    how: {
      source: ({ good, tables }) => ({
        async erase(subject, context) {
          const outcomes = await good.erase(subject, context);
          if (subject.values("customer-number").includes("C-1"))
            await goodSource(tables).erase(people.otherPerson, context);
          return outcomes;
        },
      }),
    },
    caughtBy: [
      "erase: everybody else stays",
      "erase: an address that became somebody else's after it was asked who this is leads to nobody",
    ],
  },
  {
    fault: "erase takes everybody where it finds nobody",
    how: {
      source: ({ good, tables }) => ({
        async erase(...asked) {
          const outcomes = await good.erase(...asked);
          if (outcomes.every(({ outcome }) => outcome === "absent")) tables.rows = [];
          return outcomes;
        },
      }),
    },
    caughtBy: [
      "erase: finds nothing of a category that is not asked for",
      "erase: a person who is not there is absent, and nobody is erased",
      "erase: finds nobody in another tenant",
    ],
  },
  {
    fault: "erase throws for a person who is not there",
    how: {
      source: ({ good }) => ({
        async erase(...asked) {
          const outcomes = await good.erase(...asked);
          if (outcomes.every(({ outcome }) => outcome === "absent")) throw new Error("404 Not Found");
          return outcomes;
        },
      }),
    },
    caughtBy: [
      "erase: finds nothing of a category that is not asked for",
      "erase: a person who is not there is absent, and nobody is erased",
      "erase: finds nobody in another tenant",
    ],
  },
  {
    fault: "nothing erased is called erased",
    how: {
      source: ({ good }) => ({
        erase: async (...asked) => [
          ...(await good.erase(...asked)).filter(({ outcome }) => outcome !== "absent"),
          { collection: "visits", outcome: "erased", count: 0 },
        ],
      }),
    },
    caughtBy: [
      "erase: a person who is not there is absent, and nobody is erased",
      "erase: a second time the person is absent",
      "erase: a second time under the same idempotency key does no more than the first",
    ],
  },
  {
    fault: "the first answer is given again under the same idempotency key",
    how: {
      source: ({ good }) => {
        const answers = new Map<string, readonly CollectionOutcome[]>();
        return {
          async erase(subject, context) {
            const key = JSON.stringify([context.idempotencyKey, subject.identifiers]);
            const outcomes = answers.get(key) ?? (await good.erase(subject, context));
            answers.set(key, outcomes);
            return outcomes;
          },
        };
      },
    },
    caughtBy: ["erase: a second time under the same idempotency key does no more than the first"],
  },
  {
    fault: "an idempotency key that is not new does somebody else's work",
    how: {
      source: ({ good }) => {
        const first = new Map<string, Subject>();
        return {
          async erase(subject, context) {
            const seen = first.has(context.idempotencyKey);
            first.set(context.idempotencyKey, subject);
            return good.erase(seen && subject === people.person ? people.otherPerson : subject, context);
          },
        };
      },
    },
    caughtBy: ["erase: a second time under the same idempotency key does no more than the first"],
  },
  {
    fault: "a new idempotency key brings the old answer",
    how: {
      source: ({ good }) => {
        const answers = new Map<
          Subject,
          { readonly key: string; readonly outcomes: readonly CollectionOutcome[] }
        >();
        return {
          async erase(subject, context) {
            const before = answers.get(subject);
            if (before !== undefined && before.key !== context.idempotencyKey) return before.outcomes;
            const outcomes = await good.erase(subject, context);
            answers.set(subject, { key: context.idempotencyKey, outcomes });
            return outcomes;
          },
        };
      },
    },
    caughtBy: ["erase: a second time the person is absent"],
  },
  {
    fault: "the whole file is read, changed and written back",
    how: {
      source: ({ tables }) => ({
        async erase(subject, context) {
          const file = { ...tables, rows: [...tables.rows] };
          await gap();
          const outcomes = await goodSource(file).erase(subject, context);
          tables.rows = file.rows;
          return outcomes;
        },
      }),
    },
    caughtBy: ["erase: two people at the same moment are both erased"],
  },
];
