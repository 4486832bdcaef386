import type {
  AuditEntry,
  CollectionOutcome,
  DeadlineView,
  GradedCollection,
  MessageProgress,
  PlanPreview,
  ProgressEvent,
  RequestView,
  RevealedSubject,
  SourceProgress,
  Waiting,
} from "@subject-rights/core";
import { standings } from "@subject-rights/core";
import { z } from "zod";
import { named } from "./named.ts";
import {
  category,
  count,
  identifier,
  instant,
  kind,
  outcome,
  phase,
  problem,
  problemCode,
  sourceStatus,
  unknownTypes,
} from "./words.ts";

const task = z.enum(["erase", "refresh", "manual", "export", "leave", "identify"]);
const becomes = z.enum(["erased", "anonymised", "retained", "kept"]);

const collectionOutcome = named(
  "CollectionOutcome",
  z.discriminatedUnion("outcome", [
    z.object({ collection: z.string(), outcome: z.literal("erased"), count }),
    z.object({ collection: z.string(), outcome: z.literal("anonymised"), count, changed: count.optional() }),
    z.object({ collection: z.string(), outcome: z.literal("absent") }),
    z.object({
      collection: z.string(),
      outcome: z.literal("retained"),
      count,
      reason: z.string(),
      until: z.iso.date(),
      asOf: z.iso.date().optional(),
    }),
    z.object({
      collection: z.string(),
      outcome: z.literal("kept"),
      count,
      reason: z.string(),
      asOf: z.iso.date().optional(),
    }),
  ]) satisfies z.core.$ZodType<CollectionOutcome>,
);

const sourceProgress = named(
  "SourceProgress",
  z.object({
    id: z.string(),
    title: z.string(),
    kind: z.enum(["origin", "copy"]),
    task,
    status: sourceStatus,
    attempts: count,
    nextAttemptAt: instant.nullable(),
    problem: problem.nullable(),
    records: count.nullable(),
    done: count,
    located: z.array(z.object({ collection: z.string(), count, becomes: becomes.optional() })).nullable(),
    outcomes: z.array(collectionOutcome),
    left: z.array(z.object({ collection: z.string(), count, becomes: becomes.optional() })),
    checked: z.boolean().nullable(),
    manual: z
      .object({
        answer: z.enum(["done", "not-there", "cannot"]).nullable(),
        note: z.string().nullable(),
        answeredBy: z.string().nullable(),
        answeredAt: instant.nullable(),
        late: z.literal(true).exactOptional().describe("It came when nothing was to be done any more."),
      })
      .nullable()
      .describe("What its owner was asked to do by hand, and what was said of it."),
    settlement: z.object({ reason: z.string(), by: z.string(), at: instant }).nullable(),
  }) satisfies z.core.$ZodType<SourceProgress>,
);

const messageProgress = named(
  "MessageProgress",
  z.object({
    id: z.string(),
    kind: z.enum([
      "confirmation",
      "support",
      "undelivered",
      "manual-task",
      "task-stopped",
      "decision",
      "approval",
      "deadline",
      "extension",
      "delivery",
      "package-secret",
      "completion",
      "recipient",
      "refusal",
      "failure",
      "trouble",
    ]),
    status: z.enum(["due", "sent", "failed", "withdrawn"]),
    attempts: count,
    sentAt: instant.nullable(),
    problem: problem.nullable(),
  }) satisfies z.core.$ZodType<MessageProgress>,
);

const waiting = named(
  "Waiting",
  z.discriminatedUnion("for", [
    z.object({ for: z.literal("acknowledgement"), until: instant }),
    z.object({
      for: z.literal("other-request"),
      requestId: z.string(),
      waitsFor: z.array(z.enum(standings)).exactOptional().describe("What that one waits for itself."),
    }),
    z.object({
      for: z.literal("decision"),
      decision: z.string(),
      source: z.string(),
      identifierType: z.string(),
      others: count.exactOptional().describe("How many further records are found by it."),
    }),
    z.object({
      for: z.literal("hold"),
      hold: z.string(),
      source: z.string().exactOptional().describe("A copy that waits alone: the hold is on somebody else."),
    }),
    z.object({ for: z.literal("identity"), since: instant }),
    z.object({ for: z.literal("approval"), plan: z.string(), until: instant }),
    z.object({ for: z.literal("task"), source: z.string() }),
    z.object({ for: z.literal("source"), source: z.string(), problem: problemCode }),
    z.object({
      for: z.literal("work"),
      work: z.string(),
      problem: problemCode,
      since: instant,
      sweep: z.string().exactOptional(),
      hold: z.string().exactOptional(),
    }),
    z.object({ for: z.literal("message"), message: z.string(), problem: problemCode }),
  ]) satisfies z.core.$ZodType<Waiting>,
);

const deadline = z.object({
  timeZone: z.string(),
  receivedOn: z.iso.date(),
  dueOn: z.iso.date(),
  endsAt: instant,
  extended: z.boolean(),
  extension: z
    .object({ reason: z.string(), by: z.string(), at: instant, toldAt: instant.nullable() })
    .nullable()
    .describe("Until the person was told (`toldAt`), the first last day counts."),
  suspensions: z.array(z.object({ from: instant, until: instant.nullable(), reason: z.string() })),
  suspendedSince: instant.nullable(),
  explanation: z.string(),
}) satisfies z.core.$ZodType<DeadlineView>;

const graded = z.object({
  source: z.string(),
  collection: z.string().nullable(),
  grade: z.enum(["verified-absent", "verified-changed", "accepted", "unverifiable", "failed"]).nullable(),
  retained: count,
  kept: count,
}) satisfies z.core.$ZodType<GradedCollection>;

const approvalState = z.enum(["planning", "waiting", "confirming", "approved"]);

export const requestView = named(
  "Request",
  z.object({
    id: z.string(),
    kind,
    category,
    phase,
    outcome: outcome.nullable(),
    receivedAt: instant,
    closedAt: instant.nullable(),
    reopensAt: instant.nullable(),
    submittedBy: z.string(),
    unknownTypes,
    reason: z.string().nullable(),
    acknowledgement: z.object({
      by: z.enum(["tenant-admin", "data-subject"]),
      acknowledgedAt: instant.nullable(),
      expiresAt: instant,
    }),
    sources: z.array(sourceProgress),
    messages: z.array(messageProgress),
    package: z
      .object({
        bytes: count,
        sha256: z.string(),
        expiresAt: instant,
        encrypted: z.boolean(),
        onlyByLink: z.boolean(),
      })
      .nullable(),
    earlierPackages: z.array(
      z.object({
        until: instant,
        ended: z.boolean(),
        downloads: count.exactOptional().describe("How often the link still works."),
      }),
    ),
    deadline,
    grades: z.array(graded),
    approval: z
      .object({
        state: approvalState,
        plan: z.string().nullable(),
        edition: count,
        expiresAt: instant.nullable(),
        approvedBy: z.string().nullable(),
        approvedAt: instant.nullable(),
      })
      .nullable(),
    decisions: z
      .array(
        z.object({
          id: z.string(),
          source: z.string(),
          type: z.string(),
          others: count.exactOptional(),
          answer: z.enum(["same-person", "somebody-else"]).nullable(),
          reason: z.string().nullable(),
          decidedBy: z.string().nullable(),
          answeredAt: instant.exactOptional(),
        }),
      )
      .describe("About identifiers that others may go by too."),
    putFirst: z
      .object({ reason: z.string(), by: z.string(), at: instant })
      .nullable()
      .describe("Who put it before the other requests of the person; null where nobody did."),
    waitingFor: z.array(waiting),
    idle: z.object({ until: instant.nullable() }).nullable(),
  }) satisfies z.core.$ZodType<RequestView>,
);

export const submitted = named(
  "Submitted",
  z.object({
    request: requestView,
    alreadyOpen: z
      .boolean()
      .describe(
        "Whether the same was asked for already, is still open, and knows everything that was named now.",
      ),
    unknownTypes,
  }),
);

export const progressEvent = named(
  "ProgressEvent",
  z.discriminatedUnion("type", [
    z.object({ type: z.literal("phase"), phase }),
    z.object({ type: z.literal("source"), source: sourceProgress }),
    z.object({ type: z.literal("message"), message: messageProgress }),
    z.object({ type: z.literal("waiting"), for: z.array(waiting) }),
    z.object({ type: z.literal("idle"), until: instant.nullable() }),
    z.object({ type: z.literal("closed"), outcome }),
  ]) satisfies z.core.$ZodType<ProgressEvent>,
);

export const auditEntry = named(
  "AuditEntry",
  z.object({
    tenant: z.string(),
    requestId: z.string(),
    sequence: z.number().int().positive(),
    at: instant,
    actor: z.string(),
    action: z.string(),
    source: z.string().nullable(),
    detail: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()])),
    hash: z.string(),
  }) satisfies z.core.$ZodType<AuditEntry>,
);

export const revealedSubject = named(
  "RevealedSubject",
  z.object({
    identifiers: z.array(identifier),
    undecided: z.array(z.object({ decision: z.string(), identifier, others: count.exactOptional() })),
  }) satisfies z.core.$ZodType<RevealedSubject>,
);

export const planPreview = named(
  "PlanPreview",
  z.object({
    plan: z.object({
      format: z.literal("subject-rights-plan"),
      version: z.literal(1),
      request: z.string(),
      tenant: z.string(),
      kind: z.string(),
      category: z.string(),
      identifiers: count,
      sources: z.array(
        z.object({
          source: z.string(),
          kind: z.enum(["origin", "copy"]),
          task,
          after: z.array(z.string()),
          configuration: z.string().nullable(),
          settled: z.boolean(),
          collections: z
            .array(
              z.object({
                collection: z.string(),
                count,
                becomes: z.enum([...becomes.options, "refreshed", "erased-by-owner", "exported"]),
              }),
            )
            .nullable(),
        }),
      ),
    }),
    canonical: z.string().describe("The plan in its canonical form (RFC 8785)."),
    hash: z.string().describe("SHA-256 of `canonical`, in hex: what an approval names."),
    state: approvalState.nullable(),
  }) satisfies z.core.$ZodType<PlanPreview>,
);
