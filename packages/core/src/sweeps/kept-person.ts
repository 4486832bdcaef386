import { z } from "zod";
import type { StoredSweepPart } from "../ports/sweep-store.ts";
import { type FoundIdentifier, type Identifier, isSteady } from "../subject/identifier.ts";

/** What is kept, encrypted, of somebody who was left behind or begun with: as the stream gave them, and all that was known of them. */
export const keptPersonSchema = z.object({
  given: z.unknown(),
  identifiers: z.custom<readonly FoundIdentifier[]>((value) => Array.isArray(value)),
  /** When the stream has named them. Left out: one of an earlier version, which has not kept it. */
  namedAt: z.string().optional(),
  /** What others may go by too. */
  shared: z.custom<readonly Identifier[]>((value) => Array.isArray(value)).default([]),
  /** The addresses among `identifiers` that a household has. Left out: one of an earlier version, which has not kept it. */
  households: z.custom<readonly Identifier[]>((value) => Array.isArray(value)).optional(),
});

type KeptPerson = z.infer<typeof keptPersonSchema>;

/** Where that was not kept, and somebody else's number was found: their addresses may be what has led to it. */
export const householdsOf = ({ identifiers, shared, households }: KeptPerson): readonly Identifier[] => {
  const isOther = (each: Identifier) =>
    isSteady(each) && identifiers.some((known) => isSteady(known) && known.type === each.type);
  const found = shared.some(isOther) ? identifiers.filter((each) => !isSteady(each)) : [];
  return households ?? found.map(({ type, value }) => ({ type, value }));
};

/** The part that keeps somebody. */
export interface KeptPart extends Pick<StoredSweepPart, "number" | "kind" | "info"> {
  /** What stands in it. */
  readonly knows: Pick<KeptPerson, "identifiers" | "shared" | "households">;
}
