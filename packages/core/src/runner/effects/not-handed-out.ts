import { askedBeside } from "../../bridge/call.ts";
import type { CallFailed } from "../../errors.ts";
import { type CollectionCount, type CollectionOutcome, totalCount } from "../../request/outcomes.ts";
import { ok, type Result } from "../../result.ts";
import { isSteady } from "../../subject/identifier.ts";
import type { Work } from "./effect.ts";

const reason = "It is found by an address, and may be somebody else's";

/**
 * What a source finds by an address and does not hand out, because it has another number: only what it counts as staying
 * after an erasure, beside what it says is the person's, shows that. A source that has no numbers leaves nothing.
 *
 * @param handedOut what the source gave, a collection
 */
export const notHandedOut = async (
  { source, subject, call }: Work,
  handedOut: readonly CollectionCount[],
): Promise<Result<readonly CollectionOutcome[], CallFailed>> => {
  const { descriptor, needs, remaining, locate } = source;
  const byAddress = subject.identifiers.some((each) => !isSteady(each) && needs.includes(each.type));
  const hasNumbers = needs.some((type) => isSteady({ type }));
  if (!descriptor.abilities.verify || remaining === null || !byAddress || !hasNumbers) return ok([]);
  const asking = askedBeside(call, "left");
  const there = await remaining(subject, asking);
  if (there.isErr()) return there.map(() => []);
  if (beyond(there.value, handedOut).length === 0) return ok([]);
  // What is theirs may have come in since it was handed out.
  const theirs = (await locate?.(subject, asking)) ?? ok([]);
  return theirs.map((counted) =>
    beyond(beyond(there.value, handedOut), beyond(counted, handedOut)).map(
      ({ collection, count }): CollectionOutcome => ({ collection, outcome: "kept", count, reason }),
    ),
  );
};

/** How many more there are of the one than of the other, a collection. */
const beyond = (
  counts: readonly CollectionCount[],
  others: readonly CollectionCount[],
): readonly CollectionCount[] =>
  [...new Set(counts.map(({ collection }) => collection))].flatMap((collection) => {
    const countIn = (all: readonly CollectionCount[]) =>
      totalCount(all.filter((each) => each.collection === collection));
    const count = countIn(counts) - countIn(others);
    return count > 0 ? [{ collection, count }] : [];
  });
