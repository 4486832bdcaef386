import { signedCheckpointSchema } from "@subject-rights/core";
import { z } from "zod";
import { acting, reading } from "../errors-of-calls.ts";
import { type ApiRoute, json, route } from "../route.ts";
import { auditReport, auditVerdict } from "../schemas/audit.ts";
import { named } from "../schemas/named.ts";
import { requestView } from "../schemas/request.ts";
import { count, damaged, email, identifiers, unknownTypes } from "../schemas/words.ts";

const checkpoint = named("Checkpoint", z.object({ checkpoint: signedCheckpointSchema.nullable() }));
const isAbout = named("IsAbout", z.object({ isAbout: z.boolean() }));
const requestsOf = named(
  "RequestsOfPerson",
  z.object({ requests: z.array(requestView), damaged, unknownTypes }),
);
const unlinked = named("Unlinked", z.object({ requests: count.describe("Of how many requests.") }));
const who = named(
  "AskedAbout",
  z.strictObject({
    email,
    identifiers: identifiers
      .optional()
      .describe("What says for good who it is: requests of whoever has another number are not theirs."),
  }),
);
const askedAbout = ({ email: address, identifiers: known }: z.output<typeof who>) => ({
  email: address,
  ...(known !== undefined && { identifiers: known }),
});

/** Whether audits are what they were, and whose they are. */
export const auditRoutes: readonly ApiRoute[] = [
  route({
    id: "verifyAudit",
    method: "get",
    path: "/requests/{requestId}/audit/verdict",
    title: "Whether the audit of a request is what it was",
    answer: auditVerdict,
    errors: reading,
    handle: ({ rights, actor, path }) => rights.audit.verify({ actor, ...path }).map(json(200)),
  }),
  route({
    id: "verifySweepAudit",
    method: "get",
    path: "/sweeps/{sweepId}/audit/verdict",
    title: "Whether the audit of a sweep is what it was",
    answer: auditVerdict,
    errors: { ...acting, damaged: true, "sweep-not-found": true },
    handle: ({ rights, actor, path }) => rights.audit.verifySweep({ actor, ...path }).map(json(200)),
  }),
  route({
    id: "verifyAllAudits",
    method: "post",
    path: "/audit/verify",
    title: "Looks through all audits, and the checkpoints over them",
    text: "Reads every audit entry. A POST, because checkpoints that were kept elsewhere are handed over.",
    body: z.strictObject({ known: z.array(signedCheckpointSchema).max(100).optional() }),
    answer: auditReport,
    errors: { ...acting, damaged: true },
    handle: ({ rights, actor, body: { known = [] } }) =>
      rights.audit.verifyAll({ actor, known }).map(json(200)),
  }),
  route({
    id: "makeCheckpoint",
    method: "post",
    path: "/audit/checkpoint",
    title: "Puts everything that has grown under a signed checkpoint, and answers the newest",
    answer: checkpoint,
    errors: { ...acting, damaged: true },
    handle: ({ rights, actor }) =>
      rights.audit.checkpoint({ actor }).map((newest) => json(200)({ checkpoint: newest })),
  }),
  route({
    id: "isAbout",
    method: "post",
    path: "/requests/{requestId}/is-about",
    title: "Whether a request is about the person who goes by this address",
    text: "A POST, because whom it is about must not stand in an address.",
    body: who,
    answer: isAbout,
    errors: { ...reading, "key-destroyed": true },
    handle: ({ rights, actor, path, body }) =>
      rights.audit.isAbout({ actor, ...path, ...askedAbout(body) }).map((is) => json(200)({ isAbout: is })),
  }),
  route({
    id: "requestsOfPerson",
    method: "post",
    path: "/audit/requests-of",
    title: "The requests that were made with this address, open or not",
    text: "A POST, because whom it is about must not stand in an address. Looks through all requests.",
    body: who,
    answer: requestsOf,
    errors: { ...acting, damaged: true, "key-destroyed": true },
    handle: ({ rights, actor, body }) =>
      rights.audit.requestsOf({ actor, ...askedAbout(body) }).map(json(200)),
  }),
  route({
    id: "unlinkPerson",
    method: "post",
    path: "/requests/{requestId}/unlink",
    title: "Destroys the key of the person: nobody can tell any more whose these audits are",
    text: "Cannot be taken back. Refused while something is due under any request of the person.",
    answer: unlinked,
    errors: { ...reading, "key-destroyed": true, "not-possible-now": true },
    handle: ({ rights, actor, path }) => rights.audit.unlink({ actor, ...path }).map(json(200)),
  }),
];
