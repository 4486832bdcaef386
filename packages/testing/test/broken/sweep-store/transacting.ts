import type { SweepStoreTransaction } from "@subject-rights/core";
import type { Broken } from "../describe-suite.ts";
import type { Fault } from "./world.ts";

/** A good transaction, in which something is different. */
const inside =
  (
    change: (
      world: Parameters<Fault>[0],
      transaction: SweepStoreTransaction,
    ) => Partial<SweepStoreTransaction>,
  ): Fault =>
  (world) => ({
    transaction: (work) => world.good.transaction((each) => work({ ...each, ...change(world, each) })),
  });

export const transactingFaults: readonly Broken<Fault>[] = [
  {
    fault: "nothing that is done in a transaction is done together",
    how: ({ good }) => ({
      transaction: (work) => work({ handle: {}, hold: good.hold, commit: good.commit }),
    }),
    caughtBy: ["transaction: what fails in it undoes everything, and is the answer"],
  },
  {
    fault: "claims are given back when the transaction ends",
    how: inside((_, { hold }) => ({
      hold: async (input) => (await hold({ ...input, people: [] })) && input.people.map(() => null),
    })),
    caughtBy: ["transaction: claims and a commit are stored together"],
  },
  {
    fault: "a commit that came too late ends the transaction",
    how: inside((_, { commit }) => ({
      async commit(input) {
        const answer = await commit(input);
        if (answer.outcome === "changed") throw new Error("current transaction is aborted");
        return answer;
      },
    })),
    caughtBy: ["transaction: after a commit that came too late it goes on"],
  },
];
