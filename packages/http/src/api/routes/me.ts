import { z } from "zod";
import { type ApiRoute, json, route } from "../route.ts";
import { named } from "../schemas/named.ts";

const me = named("Me", z.object({ tenant: z.string(), recordedAs: z.string() }));

export const meRoutes: readonly ApiRoute[] = [
  route({
    id: "whoIsSignedIn",
    method: "get",
    path: "/me",
    title: "Under what name records, audits and evidence have whoever is signed in",
    text: "Where one of them says `by`, `actor`, `submittedBy` and the like with this name, that is you.",
    answer: me,
    errors: { "invalid-input": true, "key-destroyed": true, "storage-failed": true },
    handle: ({ rights, actor }) =>
      rights.recordedAs({ actor }).map((recordedAs) => json(200)({ tenant: actor.tenant, recordedAs })),
  }),
];
