import { z } from "zod";

/**
 * A text that every store and every source can take: PostgreSQL keeps no NUL, and half of a surrogate pair has no canonical
 * form, so that evidence of it could not be made any more.
 *
 * @param missing what to write, where there is none
 */
export const keepableText = (missing?: string): z.ZodString =>
  z
    .string(missing)
    .refine((text) => text.isWellFormed(), "is no text: it has half of a surrogate pair in it")
    .refine((text) => !text.includes("\0"), "has a NUL in it, which no database keeps: leave it out");
