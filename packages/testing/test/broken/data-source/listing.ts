import type { DataSourceDefinition, PeopleHeld } from "@subject-rights/core";
import type { Broken } from "../describe-suite.ts";
import { type Fault, namesOf } from "./good-data-source.ts";

const pages = (listed: DataSourceDefinition["identifiers"]): Partial<DataSourceDefinition> => ({
  ...(listed && { identifiers: listed }),
});

export const listingFaults: readonly Broken<Fault>[] = [
  {
    fault: "only the first page is listed",
    how: {
      source: ({ good }) =>
        pages(async function* (context) {
          for await (const page of good.identifiers(context)) {
            yield page;
            return;
          }
        }),
    },
    caughtBy: ["identifiers: lists everybody who is held, and nobody else"],
  },
  {
    fault: "everybody of every tenant is listed",
    how: {
      source: ({ good, tables }) =>
        pages(async function* (context) {
          yield* good.identifiers(context);
          yield { people: tables.rows.map(namesOf) };
        }),
    },
    caughtBy: ["identifiers: of another tenant nobody is listed"],
  },
  {
    fault: "a page is one person",
    how: {
      source: ({ good }) =>
        pages(async function* (context) {
          const all: PeopleHeld["people"][number][] = [];
          for await (const { people } of good.identifiers(context)) all.push(...people);
          yield { people: [all.flat()] };
        }),
    },
    caughtBy: ["identifiers: a person is listed by nobody else's names"],
  },
  {
    fault: "people are listed who are not held",
    how: {
      source: ({ good }) =>
        pages(async function* (context) {
          yield* good.identifiers(context);
          yield { people: [[{ type: "customer-number", value: "C-999" }]] };
        }),
    },
    caughtBy: ["identifiers: lists everybody who is held, and nobody else"],
  },
  {
    fault: "the list ends where the source cannot be asked",
    how: {
      source: ({ good }) =>
        pages(async function* (context) {
          try {
            yield* good.identifiers(context);
          } catch {
            // As if there were nobody.
          }
        }),
    },
    caughtBy: ['identifiers: "could not ask" is an error, and never the end'],
  },
];
