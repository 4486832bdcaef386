import { z } from "zod";

/**
 * Who calls. `id` is kept in the audit for good, so it is an opaque key of the application's own: never an
 * email address. `tenant` is part of every look-up; an actor sees no tenant but its own.
 */
export interface Actor {
  readonly id: string;
  readonly tenant: string;
  readonly roles: readonly string[];
}

const tenantSchema = z.string().min(1).max(100);

export const actorSchema = z.object(
  {
    id: z
      .string()
      .min(1)
      .max(100)
      .regex(
        /^[^@\s]+$/,
        "an actor's id is kept in the audit for good: give an opaque key, not an email address",
      ),
    tenant: tenantSchema,
    roles: z.array(z.string().min(1).max(100)).readonly(),
  },
  "say who calls: hand in an `actor: { id, tenant, roles }`",
);

/** The library itself, in audit entries of what nobody asked for in particular. */
export const systemActorId = "system";

/** Whoever opened the message that went to the address on record, and answered it. */
export const addressOnRecordActorId = "address-on-record";
