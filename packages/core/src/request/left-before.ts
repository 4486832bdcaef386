import type { Instant } from "../instant.ts";
import { mayBeTwo, type Numbers, shareNumber } from "../subject/numbers.ts";
import {
  type CollectionCount,
  type CollectionOutcome,
  isGone,
  isLeft,
  isStaying,
  type Staying,
  totalCount,
} from "./outcomes.ts";

/** What an erasure of somebody, by a request or in a sweep, has come to at a source. */
export interface ErasedBefore {
  /** The pseudonyms of all that it knew the person by. */
  readonly names: readonly string[];
  /** Left out: it was stored before this was kept. */
  readonly numbers?: Numbers | undefined;
  readonly at: Instant;
  /** When its addresses were confirmed. Left out: `at`. */
  readonly confirmedAt?: Instant | undefined;
  /** It has the person's number and none of the names that are asked under now: it may answer, and is not told. */
  readonly onlyAnswers?: boolean | undefined;
  readonly outcomes: readonly CollectionOutcome[];
}

/** Who looks now: by which names, and what was found. */
interface Looking {
  readonly names: readonly string[];
  readonly numbers: Numbers;
  readonly found: readonly CollectionCount[];
  /** The day of it, `YYYY-MM-DD`. */
  readonly today: string;
}

/** Who is told, by addresses that were confirmed then. */
type Asking = Looking & { readonly confirmedAt: Instant };

/**
 * What was found, and what became of it. What was so before is not found.
 *
 * @param day on which it was looked, where that is said of what was found as well
 */
export const foundIn = (outcomes: readonly CollectionOutcome[], day?: string): CollectionCount[] =>
  outcomes.flatMap((each) =>
    each.outcome === "absent" || ("asOf" in each && each.asOf !== day)
      ? []
      : [{ collection: each.collection, count: each.count, becomes: each.outcome }],
  );

/**
 * What earlier erasures of a person left at a source, and nobody has answered for since. Whoever knew the person by every
 * name of an earlier one, and found something in the collection, has said what is there; so has whoever knew the same number
 * and found as much as was left. Whoever found nothing there has not: what leads to it may be gone. What the law has kept
 * binds until its day: until then only an answer that keeps as much says anything of it. Of everything else, and of what is
 * to be erased since and was not by whoever kept it, it is told of which day it is so. What is left of whoever had the
 * address before, and may be somebody else, is not told.
 */
export const leftBefore = (before: readonly ErasedBefore[], now: Asking): CollectionOutcome[] => {
  const theirs = before.filter(
    ({ numbers, at, confirmedAt = at }) =>
      !mayBeTwo({ numbers, at: confirmedAt }, { numbers: now.numbers, at: now.confirmedAt }),
  );
  const inOrder = theirs.toSorted((one, other) => (one.at < other.at ? -1 : one.at > other.at ? 1 : 0));
  const looks: Looking[] = [
    ...inOrder.map(({ names, numbers = {}, at, outcomes, onlyAnswers }) => ({
      names,
      numbers,
      // What that one has left in its turn is told by nobody here: it answers for what is gone alone.
      found: foundIn(onlyAnswers === true ? outcomes.filter(isGone) : outcomes, at.slice(0, 10)),
      today: at.slice(0, 10),
    })),
    now,
  ];
  return inOrder.flatMap((earlier, index) =>
    earlier.onlyAnswers === true
      ? []
      : looks
          .slice(index + 1)
          .reduce(notAnswered(earlier), earlier.outcomes.filter(isLeft))
          .map((each) => dated(each, earlier.at, now.today)),
  );
};

/** What of that which an earlier erasure left, and nobody has answered for, is left by whoever looks next. */
const notAnswered =
  (earlier: ErasedBefore) =>
  (still: readonly Staying[], look: Looking): Staying[] =>
    still.filter((each) => !answersFor(look, earlier, each, still));

/**
 * Whether somebody who has looked since has said what is there in the place of something that was left.
 *
 * @param still what was left and nobody has answered for: a collection may be kept until several days, and what was erased on
 *   the first of them is not found on the last
 */
const answersFor = (
  { names, numbers, found, today }: Looking,
  earlier: ErasedBefore,
  left: Staying,
  still: readonly Staying[],
): boolean => {
  const there = found.filter(({ collection }) => collection === left.collection);
  const isBound = (each: Staying) => each.outcome === "retained" && each.until >= today;
  // Whoever hands out says nothing of what becomes of it.
  const retained = totalCount(there.filter(({ becomes = "retained" }) => becomes === "retained"));
  const count = isBound(left) ? retained : totalCount(there);
  if (earlier.names.every((name) => names.includes(name))) return count >= (isBound(left) ? left.count : 1);
  if (!shareNumber(numbers, earlier.numbers ?? {})) return false;
  const all = still
    .filter(({ collection }) => collection === left.collection)
    // What the law keeps goes on its day; what is somebody else's too goes with the last of them.
    .filter(({ outcome }) => left.outcome === "kept" || outcome === "retained");
  if (isBound(left)) return count >= totalCount(all.filter(isBound));
  if (count >= totalCount(all)) return true;
  // Of what the law keeps until another day nothing goes before that one.
  const gone = totalCount(there.filter(({ becomes }) => becomes === "erased" || becomes === "anonymised"));
  return left.outcome === "retained" && gone >= totalCount(all.filter((each) => !isBound(each)));
};

/** What stays for others is so on the day on which somebody looked: it goes with the last of them, and nobody tells. */
const dated = (each: Staying, at: Instant, today: string): Staying =>
  each.outcome === "kept" || each.until < today ? { ...each, asOf: each.asOf ?? at.slice(0, 10) } : each;

/**
 * What an erasure came to, to be told or added to later.
 *
 * @param today left out: whoever goes on with it erases what was retained, and its day is not asked about
 */
export const datedAll = (
  outcomes: readonly CollectionOutcome[],
  at: Instant,
  today = "",
): CollectionOutcome[] => outcomes.map((each) => (isStaying(each) ? dated(each, at, today) : each));

/**
 * What became of records at a source, and beside it what earlier erasures left there: it is there, whoever says that there
 * is nothing. What is told already is not told twice.
 *
 * @param there other collections of which something is there
 */
export const withLeftBefore = (
  outcomes: readonly CollectionOutcome[],
  left: readonly CollectionOutcome[],
  there: readonly CollectionCount[] = [],
): readonly CollectionOutcome[] => {
  const unnamed = notTold(left, outcomes);
  return [
    ...outcomes.filter(
      ({ collection, outcome }) =>
        outcome !== "absent" || ![...unnamed, ...there].some((each) => each.collection === collection),
    ),
    ...unnamed,
  ];
};

/** What was left, as far as it is not among what was found now. */
export const notTold = (
  left: readonly CollectionOutcome[],
  outcomes: readonly CollectionOutcome[],
): CollectionOutcome[] => left.filter((each) => !outcomes.some((known) => isSame(each, known)));

const isSame = (one: CollectionOutcome, other: CollectionOutcome): boolean =>
  one.collection === other.collection &&
  one.outcome === other.outcome &&
  (one.outcome !== "retained" || other.outcome !== "retained" || one.until === other.until);
