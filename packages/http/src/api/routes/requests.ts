import { evidenceFileSchema } from "@subject-rights/core";
import { z } from "zod";
import { packageHeaders, packageStream } from "../../package-download.ts";
import { acting, changing, reading } from "../errors-of-calls.ts";
import { type ApiRoute, json, route } from "../route.ts";
import { named } from "../schemas/named.ts";
import { auditEntry, planPreview, requestView, revealedSubject, submitted } from "../schemas/request.ts";
import {
  category,
  cursor,
  damaged,
  email,
  givenIdentifiers,
  kind,
  nextCursor,
  reason,
} from "../schemas/words.ts";

const requestList = named("RequestList", z.object({ requests: z.array(requestView), damaged }));
const requestPage = named(
  "RequestPage",
  z.object({ requests: z.array(requestView), damaged, cursor: nextCursor }),
);
const auditEntries = named("AuditEntries", z.object({ entries: z.array(auditEntry) }));
const evidenceFile = named("Evidence", evidenceFileSchema);
const onlyReason = named("Reason", z.strictObject({ reason }));
const isOpen = z.enum(["true", "false"]).transform((text) => text === "true");

export const requestRoutes: readonly ApiRoute[] = [
  route({
    id: "submitRequest",
    method: "post",
    path: "/requests",
    title: "Takes a request in",
    text: "It is confirmed by the address on record; until then nothing is read or erased. Asking the same again while it is open answers the one that is open (200).",
    body: z.strictObject({
      kind,
      category,
      email,
      identifiers: givenIdentifiers.optional(),
      receivedAt: z.string().max(40).optional().describe("RFC 3339, where it came in earlier. Default: now."),
    }),
    answer: submitted,
    statuses: [201, 200],
    once: true,
    errors: {
      ...acting,
      damaged: true,
      "idempotency-key-reused": true,
      "key-destroyed": true,
      "request-not-found": true,
    },
    handle: ({ rights, actor, body: { identifiers: others, receivedAt, ...body }, idempotencyKey }) =>
      rights.requests
        .submit({
          actor,
          ...body,
          ...(others === undefined ? {} : { identifiers: others }),
          ...(receivedAt === undefined ? {} : { receivedAt }),
          ...(idempotencyKey === undefined ? {} : { idempotencyKey }),
        })
        .map((value) => ({ status: value.alreadyOpen ? 200 : 201, json: value }) as const),
  }),
  route({
    id: "listRequests",
    method: "get",
    path: "/requests",
    title: "Requests, newest first",
    query: z.strictObject({
      open: isOpen.optional(),
      cursor: cursor.optional(),
      limit: z.coerce.number().int().min(1).max(100).optional(),
    }),
    answer: requestPage,
    errors: reading,
    handle: ({ rights, actor, query: { open, cursor: from, limit } }) =>
      rights.requests
        .list({
          actor,
          ...(open === undefined ? {} : { open }),
          ...(from === undefined ? {} : { cursor: from }),
          ...(limit === undefined ? {} : { limit }),
        })
        .map(json(200)),
  }),
  route({
    id: "listOverdueRequests",
    method: "get",
    path: "/requests/overdue",
    title: "Open requests whose deadline is over, the oldest deadline first",
    answer: requestList,
    errors: reading,
    handle: ({ rights, actor }) => rights.requests.overdue({ actor }).map(json(200)),
  }),
  route({
    id: "listDueRequests",
    method: "get",
    path: "/requests/due",
    title: "Open requests that will be overdue in so many days",
    query: z.strictObject({ within: z.coerce.number().int().min(0).max(366) }),
    answer: requestList,
    errors: reading,
    handle: ({ rights, actor, query: { within } }) => rights.requests.due({ actor, within }).map(json(200)),
  }),
  route({
    id: "readRequest",
    method: "get",
    path: "/requests/{requestId}",
    title: "A request",
    answer: requestView,
    errors: reading,
    handle: ({ rights, actor, path }) => rights.requests.read({ actor, ...path }).map(json(200)),
  }),
  route({
    id: "previewRequest",
    method: "get",
    path: "/requests/{requestId}/preview",
    title: "What the request is going to do, from what the sources counted last",
    answer: planPreview,
    errors: reading,
    handle: ({ rights, actor, path }) => rights.requests.preview({ actor, ...path }).map(json(200)),
  }),
  route({
    id: "readAudit",
    method: "get",
    path: "/requests/{requestId}/audit",
    title: "Who did what and when",
    answer: auditEntries,
    errors: reading,
    handle: ({ rights, actor, path }) =>
      rights.requests.audit({ actor, ...path }).map((entries) => json(200)({ entries })),
  }),
  route({
    id: "readEvidence",
    method: "get",
    path: "/requests/{requestId}/evidence",
    title: "Everything that is known of the request, in one file that others can check",
    text: "In its canonical form (RFC 8785): keep the bytes as they are.",
    answer: evidenceFile,
    errors: { ...reading, "changed-meanwhile": true },
    handle: ({ rights, actor, path }) =>
      rights.audit.evidence({ actor, ...path }).map(({ canonical, file }) => ({
        status: 200,
        text: canonical,
        headers: { "Content-Disposition": `attachment; filename="evidence-${file.request.id}.json"` },
      })),
  }),
  route({
    id: "revealRequest",
    method: "get",
    path: "/requests/{requestId}/subject",
    title: "Whom the request is about",
    text: "Personal: show it, and keep it nowhere.",
    answer: revealedSubject,
    errors: changing,
    handle: ({ rights, actor, path }) => rights.requests.reveal({ actor, ...path }).map(json(200)),
  }),
  route({
    id: "fetchPackage",
    method: "post",
    path: "/requests/{requestId}/package",
    title: "Fetches the export package",
    text: "A POST, because each fetching leaves a receipt in the audit.",
    answer: z.unknown(),
    contentType: "application/zip",
    errors: { ...changing, "package-not-available": true },
    handle: ({ rights, actor, path, failed }) =>
      rights.packages.fetch({ actor, ...path }).map((fetched) => ({
        status: 200,
        stream: packageStream(fetched, failed),
        headers: packageHeaders(fetched),
      })),
  }),
  route({
    id: "resendConfirmation",
    method: "post",
    path: "/requests/{requestId}/resend-confirmation",
    title: "Sends a new token to the address on record",
    answer: requestView,
    errors: changing,
    handle: ({ rights, actor, path }) =>
      rights.requests.resendConfirmation({ actor, ...path }).map(json(200)),
  }),
  route({
    id: "declineRequest",
    method: "post",
    path: "/requests/{requestId}/decline",
    title: "Refuses it (Art. 12(5) GDPR)",
    body: onlyReason,
    answer: requestView,
    errors: changing,
    handle: ({ rights, actor, path, body }) =>
      rights.requests.decline({ actor, ...path, ...body }).map(json(200)),
  }),
  route({
    id: "cancelRequest",
    method: "post",
    path: "/requests/{requestId}/cancel",
    title: "Calls it off",
    body: onlyReason,
    answer: requestView,
    errors: changing,
    handle: ({ rights, actor, path, body }) =>
      rights.requests.cancel({ actor, ...path, ...body }).map(json(200)),
  }),
  route({
    id: "extendDeadline",
    method: "post",
    path: "/requests/{requestId}/extend",
    title: "Extends the period, once (Art. 12(3) GDPR)",
    body: onlyReason,
    answer: requestView,
    errors: changing,
    handle: ({ rights, actor, path, body }) =>
      rights.requests.extend({ actor, ...path, ...body }).map(json(200)),
  }),
  route({
    id: "suspendRequest",
    method: "post",
    path: "/requests/{requestId}/suspend",
    title: "Says that it is in doubt who asks (Art. 12(6) GDPR)",
    body: onlyReason,
    answer: requestView,
    errors: changing,
    handle: ({ rights, actor, path, body }) =>
      rights.requests.suspend({ actor, ...path, ...body }).map(json(200)),
  }),
  route({
    id: "resumeRequest",
    method: "post",
    path: "/requests/{requestId}/resume",
    title: "Says that it is known again who asks",
    answer: requestView,
    errors: changing,
    handle: ({ rights, actor, path }) => rights.requests.resume({ actor, ...path }).map(json(200)),
  }),
  route({
    id: "putRequestFirst",
    method: "post",
    path: "/requests/{requestId}/put-first",
    title: "Lets it go before the other requests of the person",
    text: "Those that wait for people are put off for it; whoever is at work, or has made its package, is waited for.",
    body: onlyReason,
    answer: requestView,
    errors: changing,
    handle: ({ rights, actor, path, body }) =>
      rights.requests.putFirst({ actor, ...path, ...body }).map(json(200)),
  }),
  route({
    id: "approvePlan",
    method: "post",
    path: "/requests/{requestId}/approve",
    title: "Approves the plan that is put up, by its hash",
    body: z.strictObject({ plan: z.string().max(200) }),
    answer: requestView,
    errors: changing,
    handle: ({ rights, actor, path, body }) =>
      rights.requests.approve({ actor, ...path, ...body }).map(json(200)),
  }),
  route({
    id: "retrySource",
    method: "post",
    path: "/requests/{requestId}/sources/{source}/retry",
    title: "Tries one source again, now",
    answer: requestView,
    errors: changing,
    handle: ({ rights, actor, path }) => rights.requests.retrySource({ actor, ...path }).map(json(200)),
  }),
  route({
    id: "settleSource",
    method: "post",
    path: "/requests/{requestId}/sources/{source}/settle",
    title: "Closes one source by hand",
    body: onlyReason,
    answer: requestView,
    errors: changing,
    handle: ({ rights, actor, path, body }) =>
      rights.requests.settleSource({ actor, ...path, ...body }).map(json(200)),
  }),
  route({
    id: "answerTask",
    method: "post",
    path: "/requests/{requestId}/sources/{source}/answer",
    title: "Answers the task that a source's owner was sent",
    body: z.strictObject({ answer: z.enum(["done", "not-there", "cannot"]), note: z.string().max(500) }),
    answer: requestView,
    errors: changing,
    handle: ({ rights, actor, path, body }) =>
      rights.requests.answerTask({ actor, ...path, ...body }).map(json(200)),
  }),
  route({
    id: "decideIdentifier",
    method: "post",
    path: "/requests/{requestId}/decisions/{decision}",
    title: "Says whether a shared identifier belongs to the person",
    body: z.strictObject({ answer: z.enum(["same-person", "somebody-else"]), reason }),
    answer: requestView,
    errors: changing,
    handle: ({ rights, actor, path, body }) =>
      rights.requests.decideIdentifier({ actor, ...path, ...body }).map(json(200)),
  }),
  route({
    id: "resendMessage",
    method: "post",
    path: "/requests/{requestId}/messages/{message}/resend",
    title: "Sends a message again that could not be delivered",
    answer: requestView,
    errors: changing,
    handle: ({ rights, actor, path }) => rights.requests.resendMessage({ actor, ...path }).map(json(200)),
  }),
];
