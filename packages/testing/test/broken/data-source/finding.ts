import type { Broken } from "../describe-suite.ts";
import { accountsOfAda, type Fault, goodSource, matches } from "./good-data-source.ts";

const findingAbilities = ["locate", "export", "erase"];
const eachAbility = (rule: string) => findingAbilities.map((name) => `${name}: ${rule}`);

export const describingFaults: readonly Broken<Fault>[] = [
  {
    fault: "the harness says nothing of an ability",
    how: { harness: { abilities: ["locate", "export", "erase", "refresh", "verify"] } },
    caughtBy: ["the source has the abilities that the harness names"],
  },
  {
    fault: "the harness seeds an address without capitals",
    how: { fixture: { addressOnFile: "ada.lindqvist@example.org" } },
    caughtBy: ["the harness seeds what the cases need"],
  },
];

export const comparingFaults: readonly Broken<Fault>[] = [
  {
    fault: "addresses are compared letter by letter",
    how: {
      source: ({ tables }) =>
        goodSource(tables, (row, subject, tenant, categories) =>
          matches({ ...row, owner: row.owner && { ...row.owner, email: "" } }, subject, tenant, categories)
            ? true
            : subject.values("email").includes(row.owner?.email ?? "") &&
              row.tenant === tenant &&
              categories?.includes("customer-data") === true,
        ),
    },
    caughtBy: eachAbility("finds by an address that the data writes with capitals"),
  },
  {
    fault: "the first of several identifiers alone is looked for",
    how: {
      source: ({ tables }) =>
        goodSource(tables, (row, subject, tenant, categories) => {
          const first = (type: string) => subject.values(type).slice(0, 1);
          return matches(row, { ...subject, values: first }, tenant, categories);
        }),
    },
    caughtBy: eachAbility("looks for each identifier, not for the first alone"),
  },
  {
    fault: "an address leads to whoever has it at the moment of the work",
    how: {
      source: ({ tables }) =>
        goodSource(tables, (row, subject, tenant, categories) =>
          matches(row, { ...subject, isIdentified: false }, tenant, categories),
        ),
    },
    caughtBy: eachAbility(
      "an address that became somebody else's after it was asked who this is leads to nobody",
    ),
  },
  {
    fault: "the tenant is not looked at",
    how: {
      source: ({ tables }) =>
        goodSource(tables, (row, subject, _tenant, categories) =>
          matches(row, subject, row.tenant, categories),
        ),
    },
    caughtBy: eachAbility("finds nobody in another tenant"),
  },
  {
    fault: "the categories are not looked at",
    how: {
      source: ({ tables }) => goodSource(tables, (row, subject, tenant) => matches(row, subject, tenant)),
    },
    caughtBy: eachAbility("finds nothing of a category that is not asked for"),
  },
  {
    fault: "the first of several categories alone is looked at",
    how: {
      source: ({ tables }) =>
        goodSource(tables, (row, subject, tenant, categories) =>
          matches(row, subject, tenant, categories?.slice(0, 1)),
        ),
    },
    caughtBy: [
      ...eachAbility("finds whoever is asked for in several categories"),
      "identify: finds what the person is known by, and says what may be shared",
    ],
  },
];

export const findingFaults: readonly Broken<Fault>[] = [
  {
    fault: "locate counts one collection alone",
    how: {
      source: ({ good }) => ({ locate: async (...asked) => (await good.locate(...asked)).slice(0, 1) }),
    },
    caughtBy: [
      "locate: counts what there is, and changes nothing",
      "locate: looks for each identifier, not for the first alone",
    ],
  },
  {
    fault: "locate takes what it has counted along",
    how: {
      source: ({ good, tables }) => ({
        async locate(subject, context) {
          const counts = await good.locate(subject, context);
          tables.rows = tables.rows.filter((row) => !matches(row, subject, context.tenant));
          return counts;
        },
      }),
    },
    caughtBy: [
      "locate: finds nothing of a category that is not asked for",
      "locate: counts what there is, and changes nothing",
    ],
  },
  {
    fault: "locate throws for a person who is not there",
    how: {
      source: ({ good }) => ({
        async locate(...asked) {
          const counts = await good.locate(...asked);
          if (counts.length === 0) throw new Error("404 Not Found");
          return counts;
        },
      }),
    },
    caughtBy: [
      "locate: finds nothing of a category that is not asked for",
      "locate: a person who is not there is an empty answer",
      "locate: finds nobody in another tenant",
    ],
  },
  {
    fault: "identify finds nothing",
    how: {
      source: ({ good }) => ({ identify: async (...asked) => (await good.identify(...asked)).slice(2) }),
    },
    caughtBy: ["identify: finds what the person is known by, and says what may be shared"],
  },
  {
    fault: "identify passes a family's telephone off as one person's",
    how: {
      source: ({ good }) => ({
        identify: async (...asked) =>
          (await good.identify(...asked)).map(({ type, value }) => ({ type, value })),
      }),
    },
    caughtBy: [
      "identify: finds what the person is known by, and says what may be shared",
      "identify: gives nobody else's identifiers as the person's own",
    ],
  },
  {
    fault: "identify knows everybody",
    how: {
      source: ({ good }) => ({
        async identify(...asked) {
          await good.identify(...asked);
          return accountsOfAda;
        },
      }),
    },
    caughtBy: ["identify: a person who is not there is an empty answer"],
  },
];
