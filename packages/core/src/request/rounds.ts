import { datedAll } from "./left-before.ts";
import {
  type CollectionCount,
  type CollectionOutcome,
  countIn,
  goneIn,
  isKept,
  isStaying,
  type Kept,
  totalCount,
} from "./outcomes.ts";
import { isInPart } from "./retention.ts";
import type { SourceStep } from "./steps.ts";

/**
 * What became of records over all rounds: each record that was told as staying is told once, as gone, as retained, or as
 * kept. What was kept and became the person's alone is among what a later answer erases or retains there. What of it no
 * answer speaks of any more was kept on the day of the last one that did: nothing of the person leads there by then.
 *
 * Where nobody has found it since, though something is gone there, that is something else: it stays kept. Beside the part
 * that a request was opened again for, a source finds only what hangs on that, and so what was kept because of it.
 *
 * @param before what was told until now
 * @param answered what the source says now
 * @param merged both, and what was counted and is gone without an answer
 */
export const addedUp = (
  step: Pick<SourceStep, "part" | "keptFound" | "saidAt">,
  before: readonly CollectionOutcome[],
  answered: readonly CollectionOutcome[],
  merged: readonly CollectionOutcome[],
): CollectionOutcome[] =>
  [...new Set(merged.map(({ collection }) => collection))].flatMap((collection): CollectionOutcome[] => {
    const isMeant = isInPart(step, { collection });
    const ofThis = (each: CollectionOutcome) => each.collection === collection;
    // Beside the part a source finds what hangs on that alone: what else is retained there, is.
    if (!isMeant && answered.filter(ofThis).every(({ outcome }) => outcome === "absent")) {
      const earlier = before.filter(ofThis);
      return earlier.length > 0 ? earlier : merged.filter(ofThis);
    }
    const told = keptIn(before, collection);
    const said = keptIn(answered, collection);
    const gone = goneIn(merged, collection) - goneIn(before, collection);
    const retained = retainedIn(merged, collection) - retainedIn(before, collection);
    const unsaid = totalCount(told) - totalCount(said) - gone - retained;
    const unfound =
      said.length > 0 || !isMeant ? 0 : totalCount(told) - countIn(step.keptFound ?? [], collection);
    const left = firstOf(told, Math.max(unsaid, unfound));
    return [
      ...merged.filter((each) => ofThis(each) && !isKept(each)),
      ...said.filter(({ count }) => count > 0),
      ...(said.length > 0 && step.saidAt !== undefined ? datedAll(left, step.saidAt) : left),
    ];
  });

/**
 * How much of what is kept a look has found, beside what is retained: by the same names it is found again. What the answer
 * and the look do not speak of is found, or not, as before.
 *
 * @param outcomes what is told by now
 * @param looked which collections were looked at
 */
export const keptFound = (
  { keptFound: before = [] }: Pick<SourceStep, "keptFound">,
  outcomes: readonly CollectionOutcome[],
  found: readonly CollectionCount[],
  looked: readonly string[],
): CollectionCount[] =>
  [...new Set(outcomes.filter(isKept).map(({ collection }) => collection))].map((collection) => {
    const kept = countIn(outcomes.filter(isKept), collection);
    const seen = looked.includes(collection)
      ? countIn(found, collection) - retainedIn(outcomes, collection)
      : countIn(before, collection);
    return { collection, count: Math.max(0, Math.min(kept, seen)) };
  });

const today = "9999-12-31";

/** The first `most` of them: what was so on an earlier day comes first, since nobody finds it any more. */
const firstOf = (told: readonly Kept[], most: number): Kept[] => {
  let room = most;
  return told
    .toSorted(({ asOf: one = today }, { asOf: other = today }) => (one < other ? -1 : one > other ? 1 : 0))
    .flatMap((each) => {
      const count = Math.max(0, Math.min(each.count, room));
      room -= count;
      return count === 0 ? [] : [{ ...each, count }];
    });
};

const keptIn = (outcomes: readonly CollectionOutcome[], collection: string): Kept[] =>
  outcomes.filter(isKept).filter((each) => each.collection === collection);

const retainedIn = (outcomes: readonly CollectionOutcome[], collection: string): number =>
  countIn(
    outcomes.filter(isStaying).filter((each) => !isKept(each)),
    collection,
  );
