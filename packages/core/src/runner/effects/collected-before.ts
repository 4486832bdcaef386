import { createSha256 } from "../../crypto.ts";
import type { StagedCollection } from "../../export/contents.ts";
import { newline, stagedLines } from "../../export/staged-lines.ts";
import { type CollectedCollection, collectedBy, type SourceStep } from "../../request/steps.ts";
import type { Effect } from "./effect.ts";
import { stagedCollection } from "./staged-collection.ts";

/**
 * What an export has, now that it has read a source to its end once more: what it has just collected, and beside that what
 * it had collected before and is not there any more. Another request, or somebody else, may have erased it in between; the
 * person asked for their copy first.
 *
 * @param collected in this round
 * @throws StorageFailed, Damaged
 */
export const withCollectedBefore = async (
  effect: Effect,
  step: SourceStep,
  collected: readonly CollectedCollection[],
): Promise<readonly CollectedCollection[]> => {
  const { source, generation, collectedBefore = [] } = step;
  const kept = collectedBy({ collected, generation });
  const earlier = collectedBy({ collected: collectedBefore, generation })
    .filter(({ rows }) => rows > 0)
    .toSorted((one, other) => other.rows - one.rows);
  for (const each of earlier) {
    const beside = kept.filter(({ collection, rows }) => collection === each.collection && rows > 0);
    const others = beside.map((other) => stagedCollection(effect, { source }, other));
    if (await isAmong(stagedCollection(effect, { source }, each), others)) continue;
    // A collection that came to nothing would stand beside it as if there were two.
    const empty = kept.findIndex(({ collection, rows }) => collection === each.collection && rows === 0);
    if (empty >= 0) kept.splice(empty, 1);
    const { partial: _, ...whole } = each;
    kept.push(whole);
  }
  return kept;
};

/** Whether every row of it is a row of the others too. */
const isAmong = async (staged: StagedCollection, others: readonly StagedCollection[]): Promise<boolean> => {
  if (others.length === 0) return staged.rows === 0;
  const left = new Set<string>();
  for await (const row of rowsOf(staged)) left.add(row);
  for (const other of others) {
    for await (const row of rowsOf(other)) left.delete(row);
    if (left.size === 0) return true;
  }
  return left.size === 0;
};

/** Each row as a hash: there may be many, and large ones. */
async function* rowsOf(staged: StagedCollection): AsyncGenerator<string, void, undefined> {
  for await (const lines of stagedLines(staged)) {
    for (let from = 0; from < lines.length; ) {
      const to = lines.indexOf(newline, from);
      const hash = createSha256();
      hash.update(lines.subarray(from, to));
      yield hash.hex();
      from = to + 1;
    }
  }
}
