import { memoryTables } from "@subject-rights/memory";
import { type Broken, gap } from "../describe-suite.ts";
import { type Fault, keyOf, put } from "./world.ts";

export const insertingFaults: readonly Broken<Fault>[] = [
  {
    fault: "an empty text takes the place of nothing",
    how: ({ good }) => ({
      insert: ({ request, entries }) =>
        good.insert({ request: { ...request, sealed: request.sealed ?? "" }, entries }),
    }),
    caughtBy: ["insert: what is stored is read back as it was"],
  },
  {
    fault: "all is kept in the process, and never stored",
    how: ({ over }) => over(memoryTables()),
    caughtBy: ["insert: what is stored is read back as it was", "audit: every entry as it was, in order"],
  },
  {
    fault: "numbers keep fifteen digits",
    how: ({ good }) => ({
      insert: ({ request, entries }) =>
        good.insert({
          request: {
            ...request,
            state: JSON.parse(JSON.stringify(request.state), (_, value: unknown) =>
              typeof value === "number" ? Number(value.toPrecision(15)) : value,
            ),
          },
          entries,
        }),
    }),
    caughtBy: ["insert: every kind of JSON comes back as it was"],
  },
  {
    fault: "duplicates are not looked for",
    how: ({ good, tables }) => ({
      async insert(input) {
        if (await good.read(input.request)) return good.insert(input);
        put(tables, input.request, input.entries);
        return { outcome: "stored" };
      },
    }),
    caughtBy: [
      "insert: a second open request with the same duplicate key is not stored, and the answer names the first",
      "insert: of many with the same duplicate key at the same moment, one is stored",
    ],
  },
  {
    fault: "a duplicate is answered with its own id",
    how: ({ good }) => ({
      async insert(input) {
        const answer = await good.insert(input);
        return answer.outcome === "stored" ? answer : { outcome: "duplicate", requestId: input.request.id };
      },
    }),
    caughtBy: [
      "insert: a second open request with the same duplicate key is not stored, and the answer names the first",
      "insert: of many with the same duplicate key at the same moment, one is stored",
    ],
  },
  {
    fault: "the audit entries of a duplicate are stored",
    how: ({ good, leftovers }) => ({
      insert(input) {
        leftovers.push(input.entries);
        return good.insert(input);
      },
    }),
    caughtBy: [
      "insert: a second open request with the same duplicate key is not stored, and the answer names the first",
    ],
  },
  {
    fault: "something happens between looking for a duplicate and storing",
    how: ({ good, tables }) => ({
      async insert(input) {
        const isFree = !(
          await good.list({ tenant: input.request.tenant, open: true, limit: 100 })
        ).requests.some(({ duplicateKey }) => duplicateKey === input.request.duplicateKey);
        if (!isFree || (await good.read(input.request))) return good.insert(input);
        await gap();
        put(tables, input.request, input.entries);
        return { outcome: "stored" };
      },
    }),
    caughtBy: ["insert: of many with the same duplicate key at the same moment, one is stored"],
  },
  {
    fault: "closed requests keep their duplicate key",
    how: ({ good, tables }) => ({
      async insert(input) {
        const closed = [...tables.requests.values()].find(
          ({ open, tenant, duplicateKey }) =>
            !open && tenant === input.request.tenant && duplicateKey === input.request.duplicateKey,
        );
        return closed === undefined ? good.insert(input) : { outcome: "duplicate", requestId: closed.id };
      },
    }),
    caughtBy: ["insert: a closed request frees its duplicate key"],
  },
  {
    fault: "duplicates are looked for in all tenants",
    how: ({ good, tables }) => ({
      async insert(input) {
        const elsewhere = [...tables.requests.values()].find(
          ({ tenant, duplicateKey }) =>
            tenant !== input.request.tenant && duplicateKey === input.request.duplicateKey,
        );
        return elsewhere === undefined
          ? good.insert(input)
          : { outcome: "duplicate", requestId: elsewhere.id };
      },
    }),
    caughtBy: ["insert: another tenant's duplicate keys and ids are its own"],
  },
  {
    fault: "a second request of one id replaces the first",
    how: ({ good, tables }) => ({
      insert(input) {
        tables.requests.delete(keyOf(input.request));
        return good.insert(input);
      },
    }),
    caughtBy: ["insert: an id that the tenant has already is an error, and replaces nothing"],
  },
  {
    fault: "what is handed out is what is stored",
    how: ({ good, tables }) => ({
      async read(key) {
        return (await good.read(key)) && tables.requests.get(keyOf(key));
      },
    }),
    caughtBy: ["insert and read: nobody shares an object with the store"],
  },
  {
    fault: "what is handed in is what is stored",
    how: ({ good, tables }) => ({
      async insert(input) {
        const answer = await good.insert(input);
        if (answer.outcome === "stored") tables.requests.set(keyOf(input.request), input.request);
        return answer;
      },
    }),
    caughtBy: ["insert and read: nobody shares an object with the store"],
  },
];
