import { z } from "zod";
import type { Damaged } from "../errors.ts";

/** A record that cannot be read, as far as it can be named. */
export interface DamagedRecord {
  readonly id: string;
  /** A newer version has stored it: deploy that one, or a newer one. Left out: it was changed past us, or cut short. */
  readonly isNewer?: true;
}

export const damagedRecord = (id: string, { isNewer }: Damaged): DamagedRecord => ({
  id,
  ...(isNewer && { isNewer }),
});

/**
 * A schema for one of many records. One that is not of the stored shape does not make the others unreadable, and is not
 * left out either: in its place comes what stands for it, which nobody can open, so that whoever opens records names it.
 *
 * @param standIn made of the tenant and the id that it has; what has none is no record at all, and fails the whole answer
 */
export const readable = <Stored extends { readonly tenant: string; readonly id: string }>(
  schema: z.ZodType<Stored>,
  standIn: (key: { readonly tenant: string; readonly id: string }) => Stored,
): z.ZodType<Stored> =>
  z.union([
    schema,
    z.object({ tenant: z.string(), id: z.string() }).transform(({ tenant, id }) => standIn({ tenant, id })),
  ]) as unknown as z.ZodType<Stored>;

/** The instant of what nobody knows the time of. */
export const nobodyKnowsWhen = "1970-01-01T00:00:00.000Z";
