import {
  type Outcome,
  type Phase,
  type Problem,
  type ProblemCode,
  phases,
  problemCodes,
  type SourceStatus,
  sourceStatuses,
} from "@subject-rights/core";
import { z } from "zod";
import { named } from "./named.ts";

/** RFC 3339, in UTC, with milliseconds. */
export const instant = z.iso.datetime({ precision: 3 });
export const count = z.number().int().nonnegative();
export const id = z.string().min(1).max(200);
export const kind = z.enum(["erasure", "export"]);
export const category = z.enum(["customer-data", "user-data", "user-telemetry"]);
export const phase = named("Phase", z.enum(phases) satisfies z.core.$ZodType<Phase>);
export const outcome = named(
  "Outcome",
  z.enum([
    "completed",
    "completed-with-exceptions",
    "failed",
    "declined",
    "cancelled",
    "lapsed",
  ]) satisfies z.core.$ZodType<Outcome>,
);
export const sourceStatus = z.enum(sourceStatuses) satisfies z.core.$ZodType<SourceStatus>;
export const problemCode = named("ProblemCode", z.enum(problemCodes) satisfies z.core.$ZodType<ProblemCode>);
export const problem = z.object({
  code: problemCode,
  retryable: z.boolean(),
  collections: z.array(z.string()).readonly().optional(),
  sweep: z.string().optional(),
  hold: z.string().optional(),
}) satisfies z.core.$ZodType<Problem>;

/** What people type is checked by the library; this is its shape. */
export const reason = z
  .string()
  .min(1)
  .max(500)
  .describe("Is kept for good, so it must not name the person.");
export const email = z.string().min(3).max(320).describe("The email address of the person.");
export const identifier = named(
  "Identifier",
  z.strictObject({
    type: z.string().describe("`email`, or a name of the application's own: lower case, digits, dashes."),
    value: z.string().max(1_000),
  }),
);
export const identifiers = z.array(identifier).max(20);
export const givenIdentifiers = z
  .array(
    named(
      "GivenIdentifier",
      identifier.extend({
        verified: z
          .boolean()
          .optional()
          .describe(
            "Whoever names it answers for it: it is this person's, and leads to nobody else. Left out: where a source says that others may have such a one too, somebody is asked.",
          ),
      }),
    ),
  )
  .max(20);
export const unknownTypes = z
  .array(z.string())
  .exactOptional()
  .describe(
    "Types of the identifiers that were named by which no data source says that it finds anybody: one may be misspelt. Left out: there are none.",
  );
/** Records that cannot be read, by their ids. */
export const damaged = z
  .array(
    z.object({
      id: z.string(),
      isNewer: z
        .literal(true)
        .exactOptional()
        .describe("A newer version has stored it. Left out: it was changed past us, or cut short."),
    }),
  )
  .describe("Those whose record cannot be read: nothing is known of them but that they are there.");
/** Left out: from the beginning. */
export const cursor = z
  .string()
  .min(1)
  .max(1_000)
  .describe("From the page before. Left out: from the beginning.");
export const nextCursor = z.string().nullable().describe("Of the next page; null where this is the last.");
