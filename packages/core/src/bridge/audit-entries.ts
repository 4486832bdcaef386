import { z } from "zod";
import type { AuditEntry } from "../audit/entry.ts";
import { nobodyKnowsWhen } from "./readable.ts";

const entrySchema = z.object({
  tenant: z.string(),
  requestId: z.string(),
  sequence: z.number().int().positive(),
  at: z.iso.datetime({ precision: 3 }),
  actor: z.string(),
  action: z.string(),
  source: z.string().nullable(),
  detail: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()])),
  hash: z.string(),
}) satisfies z.core.$ZodType<AuditEntry>;

/**
 * Audit entries as a store answers them. In the place of one that is not of the stored shape stands an entry that says
 * `unreadable`, of which the chain finds that it was changed; the others are read all the same.
 */
export const auditEntriesSchema: z.ZodType<AuditEntry[]> = z.array(
  z.union([
    entrySchema,
    z
      .object({
        ...entrySchema.pick({ tenant: true, requestId: true, sequence: true }).shape,
        hash: z.string().catch(""),
      })
      .transform(
        (found): AuditEntry => ({
          ...found,
          at: nobodyKnowsWhen as AuditEntry["at"],
          actor: "",
          action: "unreadable",
          source: null,
          detail: {},
        }),
      ),
  ]),
) as unknown as z.ZodType<AuditEntry[]>;
