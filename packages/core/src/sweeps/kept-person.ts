import { z } from "zod";
import type { Identifier } from "../subject/identifier.ts";

/** What is kept, encrypted, of somebody who was left behind: as the stream gave them, and all that was known of them. */
export const keptPersonSchema = z.object({
  given: z.unknown(),
  identifiers: z.custom<readonly Identifier[]>((value) => Array.isArray(value)),
});
