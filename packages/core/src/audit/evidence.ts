import { z } from "zod";
import type { CanonicalValue } from "../canonical-json.ts";
import { chainCheckpointSchema } from "./checkpoint.ts";
import { signatureSchema } from "./signature.ts";

export const evidenceFormat = "subject-rights-evidence";
/** A file of another version is refused, not guessed at. */
export const evidenceVersion = 2;

/** Evidence, as it is handed out. */
export interface Evidence {
  readonly file: EvidenceFile;
  /** The file in its canonical form (RFC 8785). */
  readonly canonical: string;
}

const text = z.string().max(2_000);
const instant = z.iso.datetime({ precision: 3 });
const count = z.number().int().nonnegative();
const hash = z.string().regex(/^[0-9a-f]{64}$/);

const entrySchema = z.strictObject({
  tenant: text,
  requestId: text,
  sequence: z.number().int().positive(),
  at: instant,
  actor: text,
  action: text,
  source: text.nullable(),
  detail: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()])),
  hash,
});

/** What was going to be done, as an approval is given for it. */
const planSchema = z.strictObject({
  format: z.literal("subject-rights-plan"),
  version: z.literal(1),
  request: text,
  tenant: text,
  kind: text,
  category: text,
  identifiers: count,
  sources: z.array(
    z.strictObject({
      source: text,
      kind: z.enum(["origin", "copy"]),
      task: text,
      after: z.array(text),
      configuration: text.nullable(),
      settled: z.boolean(),
      collections: z.array(z.strictObject({ collection: text, count, becomes: text })).nullable(),
    }),
  ),
});

const bodySchema = z.strictObject({
  format: z.literal(evidenceFormat),
  version: z.literal(evidenceVersion),
  madeAt: instant,
  controller: text,
  request: z.strictObject({
    id: text,
    tenant: text,
    kind: z.enum(["erasure", "export"]),
    category: text,
    phase: text,
    outcome: text.nullable(),
    receivedAt: instant,
    acknowledgedAt: instant.nullable(),
    closedAt: instant.nullable(),
    submittedBy: text,
    reason: text.nullable(),
    keyDestroyed: z.boolean(),
  }),
  /** `receivedOn` is the day from which it counts: earlier than `receivedAt`, where it came by letter. */
  deadline: z.strictObject({
    receivedOn: z.iso.date(),
    dueOn: z.iso.date(),
    endsAt: instant,
    extended: z.boolean(),
    explanation: text,
  }),
  /** The one that was put up for approval; where nobody has to approve, what sources counted before they began. */
  plan: planSchema.nullable(),
  approval: z
    .strictObject({
      plan: text.nullable(),
      state: text,
      approvedBy: text.nullable(),
      approvedAt: instant.nullable(),
    })
    .nullable(),
  sources: z.array(
    z.strictObject({
      id: text,
      title: text,
      kind: text,
      task: text,
      status: text,
      located: z.array(z.strictObject({ collection: text, count })).nullable(),
      outcomes: z.array(
        z.strictObject({
          collection: text,
          outcome: z.enum(["erased", "anonymised", "absent", "retained", "kept"]),
          count: count.nullable(),
          /** Why the law has it kept, or whose it is too; null for every other outcome. */
          reason: text.nullable(),
          /** Until which day the law has it kept. */
          until: z.iso.date().nullable(),
          /** Of which day it is so that it stays, where nobody has said so since. Left out: now. */
          asOf: z.iso.date().exactOptional(),
        }),
      ),
      /** What the last look found there beside what stays. Left out: nothing, or nobody has looked. */
      left: z.array(z.strictObject({ collection: text, count })).exactOptional(),
      checked: z.boolean().nullable(),
      settled: z.strictObject({ reason: text, by: text, at: instant }).nullable(),
    }),
  ),
  grades: z.array(
    z.strictObject({
      source: text,
      collection: text.nullable(),
      grade: z.enum(["verified-absent", "verified-changed", "accepted", "unverifiable", "failed"]).nullable(),
      retained: count,
    }),
  ),
  /** Packages that were made of the person's data before, and until when they themselves can fetch them. Left out: none. */
  earlierPackages: z
    .array(z.strictObject({ until: instant, ended: z.boolean(), downloads: count.exactOptional() }))
    .exactOptional(),
  messages: z.array(z.strictObject({ id: text, kind: text, status: text, sentAt: instant.nullable() })),
  audit: z.strictObject({
    entries: z.array(entrySchema),
    head: z.strictObject({ entries: count, hash }),
    /** Whether the record, and with it all that stands in this file beside the audit, was as it had been signed. */
    recordSigned: z.boolean(),
    /** The newest checkpoint that the chain came under; null where it did not yet. */
    checkpoint: chainCheckpointSchema.nullable(),
  }),
});

export const evidenceFileSchema = bodySchema.extend({
  /** Over the canonical form of everything else; null where it was not signed. */
  signature: signatureSchema.nullable(),
});

/** Everything that is in the file, but for its signature. */
export type EvidenceBody = z.infer<typeof bodySchema>;
export type EvidenceFile = z.infer<typeof evidenceFileSchema>;

/** What is signed. */
export const signedPart = ({ signature: _, ...body }: EvidenceFile): CanonicalValue => body;
