import { type CollectionCount, type CollectionOutcome, isStaying, type Staying } from "./outcomes.ts";

interface Origin {
  readonly outcomes: readonly CollectionOutcome[];
  readonly located: readonly CollectionCount[] | null;
}

/**
 * What stays in a copy that was just filled anew, of what is found there: as much as stays in its origins, for the reasons
 * that those gave. A collection that goes by the name of one of theirs holds what stays in that one; any other, what no
 * such collection has taken. Where fewer records are found than stay in the origins, nobody can say which: the reason that
 * lasts longest is told.
 *
 * @param origins what each of them has answered; what it counted before, where that is known
 */
export const stayingInCopy = (
  origins: readonly Origin[],
  found: readonly CollectionCount[],
): CollectionOutcome[] => {
  const named = new Set(
    origins.flatMap(({ outcomes, located }) =>
      [...outcomes, ...(located ?? [])].map(({ collection }) => collection),
    ),
  );
  const pool = origins
    .flatMap(({ outcomes }) => outcomes.filter(isStaying))
    .toSorted(byEnd)
    .map((staying) => ({ staying, left: staying.count }));
  const take = ({ collection, count }: CollectionCount): Staying[] => {
    let wanted = count;
    return pool.flatMap((each) => {
      if (named.has(collection) && each.staying.collection !== collection) return [];
      const taken = Math.min(wanted, each.left);
      if (taken === 0) return [];
      wanted -= taken;
      each.left -= taken;
      return [{ ...each.staying, collection, count: taken }];
    });
  };
  const known = found.filter(({ collection }) => named.has(collection));
  const others = found.filter(({ collection }) => !named.has(collection));
  return [...known, ...others].flatMap(take);
};

/**
 * What of that which is found in a copy stands in its origins too, by the same names. That is in the copy whenever it is
 * filled, whosever it is: the origins answer for it.
 *
 * @param held what each of the origins holds
 */
export const standingInOrigins = (
  held: readonly (readonly CollectionCount[])[],
  found: readonly CollectionCount[],
): CollectionOutcome[] =>
  stayingInCopy(
    held.map((counts) => ({
      outcomes: counts.map(({ collection, count }): Staying => {
        return { collection, outcome: "kept", count, reason: "It stands in the origin" };
      }),
      located: null,
    })),
    found,
  );

/** The last to end first: what is somebody else's too has no end. */
const byEnd = (one: Staying, other: Staying): number => {
  const [first, second] = [one, other].map((each) => (each.outcome === "retained" ? each.until : "9999"));
  return (first ?? "") < (second ?? "") ? 1 : first === second ? 0 : -1;
};
