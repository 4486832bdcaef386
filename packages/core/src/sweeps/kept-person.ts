import { z } from "zod";
import type { StoredSweepPart } from "../ports/sweep-store.ts";
import type { FoundIdentifier, Identifier } from "../subject/identifier.ts";

/** What is kept, encrypted, of somebody who was left behind or begun with: as the stream gave them, and all that was known of them. */
export const keptPersonSchema = z.object({
  given: z.unknown(),
  identifiers: z.custom<readonly FoundIdentifier[]>((value) => Array.isArray(value)),
  /** When the stream has named them. Left out: one of an earlier version, which has not kept it. */
  namedAt: z.string().optional(),
  /** What others may go by too. */
  shared: z.custom<readonly Identifier[]>((value) => Array.isArray(value)).default([]),
});

/** The part that keeps somebody. */
export interface KeptPart extends Pick<StoredSweepPart, "number" | "kind" | "info"> {
  /** How many identifiers of theirs stand in it. */
  readonly knows: number;
}
