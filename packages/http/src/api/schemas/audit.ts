import type { AuditReport, AuditVerdict } from "@subject-rights/core";
import { z } from "zod";
import { named } from "./named.ts";
import { count } from "./words.ts";

const chainFinding = z.enum(["missing", "misplaced", "changed", "cut-off", "rewritten", "unsigned"]);

export const auditVerdict = named(
  "AuditVerdict",
  z.object({
    intact: z.boolean(),
    entries: count,
    covered: count.describe("Of these entries, from the first on, how many are under a checkpoint."),
    findings: z.array(z.object({ sequence: count, what: chainFinding })),
  }) satisfies z.core.$ZodType<AuditVerdict>,
);

export const auditReport = named(
  "AuditReport",
  z.object({
    intact: z.boolean(),
    chains: count,
    entries: count,
    covered: count.describe("Of these entries, how many are under a checkpoint."),
    checkpoints: count,
    found: count,
    findings: z
      .array(
        z.object({
          what: z.enum([
            ...chainFinding.options,
            "left-out",
            "unreadable",
            "gone",
            "checkpoint-missing",
            "checkpoint-changed",
          ]),
          chain: z.string().nullable().describe("The id of the request or the sweep."),
          sequence: count.nullable(),
          checkpoint: count.nullable(),
        }),
      )
      .describe("The first thousand."),
  }) satisfies z.core.$ZodType<AuditReport>,
);
