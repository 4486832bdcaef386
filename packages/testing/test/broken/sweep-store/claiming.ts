import type { HoldInput } from "@subject-rights/core";
import type { RequestTables } from "@subject-rights/memory";
import { type Broken, couldNotAsk, gap } from "../describe-suite.ts";
import type { Fault } from "./world.ts";

/** Somebody who takes what they want. */
const seize = ({ tenant, sweepId, people }: HoldInput, claims: Map<string, string>): null[] => {
  for (const claim of people.flat()) claims.set(JSON.stringify([tenant, claim]), sweepId);
  return people.map(() => null);
};

const holderOf = (
  { requests, sweepClaims }: RequestTables,
  tenant: string,
  sweepId: string,
  claims: readonly string[],
): string | null =>
  claims
    .map((claim) => sweepClaims.get(JSON.stringify([tenant, claim])))
    .find((id) => id && id !== sweepId) ??
  [...requests.values()].find(
    (each) => each.tenant === tenant && each.open && each.claims.some((claim) => claims.includes(claim)),
  )?.id ??
  null;

export const claimingFaults: readonly Broken<Fault>[] = [
  {
    fault: "nobody's claims are looked at",
    how: ({ tables }) => ({ hold: async (input) => seize(input, tables.sweepClaims) }),
    caughtBy: [
      "hold: people of an open request are not held, and all others are",
      "hold: keeps requests and other sweeps away until it is given back",
      "hold: of two sweeps at the same moment, one gets a person",
      "transaction: claims and a commit are stored together",
      couldNotAsk("hold"),
    ],
  },
  {
    fault: "nothing is held",
    how: ({ good }) => ({
      async hold(input) {
        const answers = await good.hold(input);
        await good.release({ tenant: input.tenant, id: input.sweepId });
        return answers;
      },
    }),
    caughtBy: ["hold: keeps requests and other sweeps away until it is given back"],
  },
  {
    fault: "something happens between looking for a claim and taking it",
    how: ({ tables }) => ({
      async hold(input) {
        const { tenant, sweepId, people } = input;
        const answers = people.map((claims) => holderOf(tables, tenant, sweepId, claims));
        await gap();
        seize({ ...input, people: people.filter((_, index) => answers[index] === null) }, tables.sweepClaims);
        return answers;
      },
    }),
    caughtBy: ["hold: of two sweeps at the same moment, one gets a person", couldNotAsk("hold")],
  },
  {
    fault: "one whose claims are held spoils it for all",
    how: ({ good }) => ({
      async hold(input) {
        const answers = await good.hold(input);
        const holder = answers.find((each) => each !== null) ?? null;
        return answers.map(() => holder);
      },
    }),
    caughtBy: [
      "hold: people of an open request are not held, and all others are",
      "hold: keeps requests and other sweeps away until it is given back",
      "hold: of two sweeps at the same moment, one gets a person",
      "transaction: claims and a commit are stored together",
    ],
  },
  {
    fault: "tenants share their claims",
    how: ({ good }) => ({
      hold: (input) => good.hold({ ...input, tenant: "one-for-all" }),
      release: (key) => good.release({ ...key, tenant: "one-for-all" }),
    }),
    caughtBy: [
      "hold: people of an open request are not held, and all others are",
      "hold: keeps requests and other sweeps away until it is given back",
      "hold: the same claims in another tenant are other people's",
      "transaction: claims and a commit are stored together",
    ],
  },
  {
    fault: "what is given back with a commit stays held",
    how: ({ good }) => ({ commit: (input) => good.commit({ ...input, release: [] }) }),
    caughtBy: ["hold: keeps requests and other sweeps away until it is given back"],
  },
];
