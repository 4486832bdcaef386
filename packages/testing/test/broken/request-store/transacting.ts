import type { CommitInput, RequestStoreDefinition, StoreTransaction } from "@subject-rights/core";
import type { Broken } from "../describe-suite.ts";
import { type Fault, put } from "./world.ts";

type Transact = NonNullable<RequestStoreDefinition["transaction"]>;

/** A good transaction, in which something is different. */
const inside =
  (
    change: (transaction: StoreTransaction, world: Parameters<Fault>[0]) => Partial<StoreTransaction>,
  ): Fault =>
  (world) => {
    const transaction: Transact = (work) =>
      world.good.transaction((each) => work({ ...each, ...change(each, world) }));
    return { transaction };
  };

const together = "transaction: what is committed in it is stored once it ends, and read in it before";
const undone = "transaction: what throws in it undoes everything, and is an error";
const versions = "transaction: a change made on another version is refused, and the transaction goes on";
const claims = "transaction: a claim that another open request holds is refused, and the transaction goes on";
const inserted = "transaction: what is inserted in it is stored once it ends, with its audit";
const duplicates =
  "transaction: what asks the same as an open request is not inserted, and the transaction goes on";
const oneWins = "transaction: of it and a commit from elsewhere over one request, one wins";

export const transactingFaults: readonly Broken<Fault>[] = [
  {
    fault: "a transaction does not see what it did itself",
    how: inside((_, { good }) => ({ read: good.read })),
    caughtBy: [together, inserted],
  },
  {
    fault: "a commit in a transaction is stored at once, whatever becomes of it",
    how: inside(({ commit }, { tables }) => ({
      async commit(input) {
        const answer = await commit(input);
        if (answer.outcome === "committed") put(tables, input.request, input.entries);
        return answer;
      },
    })),
    caughtBy: [together, undone, versions, claims, duplicates, oneWins],
  },
  {
    fault: "what is inserted in a transaction is stored at once, whatever becomes of it",
    how: inside(({ insert }, { tables }) => ({
      async insert(input) {
        const answer = await insert(input);
        if (answer.outcome === "stored") put(tables, input.request, input.entries);
        return answer;
      },
    })),
    caughtBy: [inserted],
  },
  {
    fault: "in a transaction duplicates are not looked for",
    how: inside(({ insert }) => ({
      insert: (input) =>
        insert({ ...input, request: { ...input.request, duplicateKey: `another of ${input.request.id}` } }),
    })),
    caughtBy: [inserted, duplicates],
  },
  {
    fault: "what throws in a transaction undoes nothing",
    how: ({ good, tables }) => ({
      async transaction(work) {
        const commits: CommitInput[] = [];
        try {
          return await good.transaction(({ commit, ...inside }) =>
            work({
              ...inside,
              async commit(input) {
                const answer = await commit(input);
                if (answer.outcome === "committed") commits.push(input);
                return answer;
              },
            }),
          );
        } catch (thrown) {
          for (const { request, entries } of commits) put(tables, request, entries);
          throw thrown;
        }
      },
    }),
    caughtBy: [undone],
  },
  {
    fault: "a transaction has no version guard",
    how: inside(({ read, commit }) => ({
      async commit(input) {
        const expectedVersion = (await read(input.request))?.version ?? input.expectedVersion;
        return commit({ ...input, expectedVersion });
      },
    })),
    caughtBy: [versions],
  },
  {
    fault: "a transaction does not ask who holds a claim",
    how: inside(({ commit }) => ({
      commit: (input) => commit({ ...input, request: { ...input.request, claims: [] } }),
    })),
    caughtBy: [claims],
  },
  {
    fault: "reading in a transaction locks nothing",
    // A store of its own over the same tables: nobody waits for it.
    how: ({ over, tables }) => ({ transaction: (work) => over(tables).transaction(work) }),
    caughtBy: [oneWins],
  },
];
