import { unwrap } from "@subject-rights/testing";
import type { admin, World } from "./world.ts";

/** What is asked about whose an identifier is in a request, and what somebody says to that. */
export const decisionsOf = (
  world: World,
  which: { readonly actor: typeof admin; readonly requestId: string },
) => {
  const { requests } = world.rights;
  return {
    /** What somebody has to decide now. */
    undecided: async () =>
      unwrap(await requests.reveal(which)).undecided.map(({ identifier }) => identifier.value),
    decide: async (answer: "same-person" | "somebody-else", ...values: string[]) => {
      for (const { decision, identifier } of unwrap(await requests.reveal(which)).undecided) {
        if (values.includes(identifier.value))
          unwrap(await requests.decideIdentifier({ ...which, decision, answer, reason: "looked" }));
      }
      await world.settle();
    },
  };
};
