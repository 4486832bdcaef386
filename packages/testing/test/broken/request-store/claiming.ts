import type { StoredRequest } from "@subject-rights/core";
import { type Broken, gap } from "../describe-suite.ts";
import { claiming, type Fault, holds, keyOf, put } from "./world.ts";

export const claimingFaults: readonly Broken<Fault>[] = [
  {
    fault: "claims are not looked at",
    how: claiming(() => undefined),
    caughtBy: [
      "claims: what another open request holds is refused, and nothing is stored",
      "claims: one of several in common is enough to be refused",
      "claims: a closed request holds what it is stored with, and nothing else",
      "claims: of many at the same moment over one claim, one wins",
    ],
  },
  {
    fault: "claims are compared as a whole",
    how: claiming((request, all) =>
      all.find(
        (other) => holds(other, request) && request.claims.every((claim) => other.claims.includes(claim)),
      ),
    ),
    caughtBy: ["claims: one of several in common is enough to be refused"],
  },
  {
    fault: "a request is in the way of itself",
    how: claiming((request, all) => {
      const before = all.find((other) => keyOf(other) === keyOf(request));
      if (request.open && before?.claims.some((claim) => request.claims.includes(claim))) return before;
      return all.find((other) => holds(other, request));
    }),
    caughtBy: ["claims: a request keeps what it holds itself", "claims: what is given up is free"],
  },
  {
    fault: "what was claimed once stays claimed",
    how: (world) => {
      const everHeld = new Map<string, StoredRequest>();
      return claiming((request, all) => {
        for (const other of all) {
          for (const claim of other.claims) everHeld.set(JSON.stringify([other.tenant, claim]), other);
        }
        const first = request.claims
          .map((claim) => everHeld.get(JSON.stringify([request.tenant, claim])))
          .find((other) => other !== undefined && other.id !== request.id);
        return first;
      })(world);
    },
    caughtBy: [
      "claims: what is given up is free",
      "claims: a closed request holds what it is stored with, and nothing else",
    ],
  },
  {
    fault: "closed requests hold nothing",
    how: claiming((request, all) => all.find((other) => other.open && holds(other, request))),
    caughtBy: ["claims: a closed request holds what it is stored with, and nothing else"],
  },
  {
    fault: "claims count in all tenants",
    how: claiming((request, all) =>
      all.find((other) => holds({ ...other, tenant: request.tenant }, request)),
    ),
    caughtBy: ["claims: tenants claim apart from each other"],
  },
  {
    fault: "something happens between looking at the claims and storing",
    how: ({ good, tables }) => ({
      async commit(input) {
        const { request, expectedVersion, entries } = input;
        if ([...tables.requests.values()].some((other) => holds(other, request))) return good.commit(input);
        await gap();
        if ((await good.read(request))?.version !== expectedVersion) return { outcome: "changed" };
        if (request.claims.length === 0) return good.commit(input);
        put(tables, request, entries);
        return { outcome: "committed" };
      },
    }),
    caughtBy: ["claims: of many at the same moment over one claim, one wins"],
  },
];
