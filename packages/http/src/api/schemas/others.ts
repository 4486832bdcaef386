import type {
  ApplicationUser,
  HoldView,
  LeftBehind,
  SourceRow,
  SweepView,
  UnfitUser,
} from "@subject-rights/core";
import { problemCodes } from "@subject-rights/core";
import { z } from "zod";
import { named } from "./named.ts";
import { category, count, instant, problemCode, sourceStatus } from "./words.ts";

export const sourceRow = named(
  "Source",
  z.object({
    id: z.string(),
    title: z.string(),
    holds: z.array(category),
    kind: z.enum(["origin", "copy"]),
    status: sourceStatus,
    problem: problemCode.nullable(),
    requests: z.array(z.string()),
    refreshedAt: instant.nullable(),
    canRefresh: z.boolean(),
  }) satisfies z.core.$ZodType<SourceRow>,
);

export const user = named(
  "User",
  z.object({
    id: z.string(),
    email: z.string(),
    name: z.string().optional(),
    roles: z.array(z.string()),
    administrator: z.boolean(),
  }) satisfies z.core.$ZodType<ApplicationUser>,
);

export const unfitUser = named(
  "UnfitUser",
  z.object({
    id: z.string().nullable(),
    email: z.string().nullable(),
    name: z.string().nullable(),
    why: z.string().describe("What of the row in the application's directory does not fit, for people."),
  }) satisfies z.core.$ZodType<UnfitUser>,
);

export const holdView = named(
  "Hold",
  z.object({
    id: z.string(),
    placedAt: instant,
    placedBy: z.string(),
    reason: z.string(),
    until: z.iso.date().nullable(),
    lifted: z.object({ at: instant, by: z.string(), reason: z.string() }).nullable(),
  }) satisfies z.core.$ZodType<HoldView>,
);

const sweepProblemCode = named(
  "SweepProblemCode",
  z.enum([...problemCodes, "held", "other-request", "invalid-person", "other-number"]),
);

export const sweepView = named(
  "Sweep",
  z.object({
    id: z.string(),
    reason: z.enum(["retention", "backup-replay"]),
    category,
    status: z.enum(["running", "stopped", "completed", "completed-with-exceptions"]),
    startedBy: z.string(),
    startedAt: instant,
    updatedAt: instant,
    endedAt: instant.nullable(),
    counts: z.object({
      erased: count,
      absent: count,
      retained: count,
      kept: count,
      waiting: count,
      leftBehind: count,
    }),
    records: z.array(
      z.object({
        source: z.string(),
        collection: z.string(),
        erased: count,
        anonymised: count,
        retained: count,
        kept: count,
        unproven: count.optional(),
        retainedUntil: z.iso.date().optional(),
      }),
    ),
    unchecked: z.array(z.string()),
    problem: z
      .object({
        code: sweepProblemCode,
        source: z.string().nullable(),
        retryable: z.boolean(),
        hold: z.string().exactOptional(),
      })
      .nullable(),
    settled: z.object({ by: z.string(), at: instant, reason: z.string() }).nullable(),
  }) satisfies z.core.$ZodType<SweepView>,
);

export const leftBehind = named(
  "LeftBehind",
  z.object({
    number: count,
    pseudonym: z.string().nullable(),
    problem: sweepProblemCode,
    source: z.string().nullable(),
    retryable: z.boolean(),
    hold: z.string().optional().describe("Where a hold stood on the person then."),
  }) satisfies z.core.$ZodType<LeftBehind>,
);
