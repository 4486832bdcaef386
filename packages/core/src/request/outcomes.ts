import { z } from "zod";

/** How many records of a person a source holds in one collection (a table, a file, an API's resource). */
export interface CollectionCount {
  /** The collection's name, the developer's own: it goes into the record and must hold nothing personal. */
  readonly collection: string;
  readonly count: number;
  /** What an erasure would make of these records, for the plan that people approve. Default: `erased`. */
  readonly becomes?: RecordFate | undefined;
}

/** What becomes of a record in an erasure. */
export type RecordFate = "erased" | "anonymised" | "retained" | "kept";

/** What became of a person's records in one collection. A collection may be listed more than once. */
export type CollectionOutcome =
  | { readonly collection: string; readonly outcome: "erased"; readonly count: number }
  | {
      readonly collection: string;
      readonly outcome: "anonymised";
      readonly count: number;
      /**
       * Of how many of them the source has compared the values from before with those from after, by keyed digests or
       * in one statement, and found them different. Left out: nobody has, and the request cannot call itself `completed`.
       */
      readonly changed?: number | undefined;
    }
  | { readonly collection: string; readonly outcome: "absent" }
  | {
      readonly collection: string;
      readonly outcome: "retained";
      readonly count: number;
      /** Why it is kept, in words that the person is told: the law and the paragraph. */
      readonly reason: string;
      /** The day on which the duty to keep it ends, `YYYY-MM-DD`. */
      readonly until: string;
      /**
       * The day, `YYYY-MM-DD`, on which it was so, where `until` is over, and nobody has said since that it was erased.
       * Never part of a source's answer. Left out: it is so.
       */
      readonly asOf?: string | undefined;
    }
  | {
      readonly collection: string;
      /** It stays because it is somebody else's too: what two people wrote, an address that they share. */
      readonly outcome: "kept";
      readonly count: number;
      /** Why it stays, in words that the person is told. */
      readonly reason: string;
      /**
       * The day, `YYYY-MM-DD`, on which it was so, where no source has said since whether it is: it goes with the last of
       * the others. Never part of a source's answer. Left out: it is so by the newest answer.
       */
      readonly asOf?: string | undefined;
    };

const collectionSchema = z.string().min(1).max(200);
const countSchema = z.number().int().nonnegative();

/** What a source answers: a member that there is not is refused, since nobody would notice that it says nothing. */
export const collectionCountsSchema = z.array(
  z.strictObject({
    collection: collectionSchema,
    count: countSchema,
    becomes: z.enum(["erased", "anonymised", "retained", "kept"]).optional(),
  }),
);

export const collectionOutcomesSchema = z.array(
  z.discriminatedUnion("outcome", [
    z.strictObject({ collection: collectionSchema, outcome: z.literal("erased"), count: countSchema }),
    z
      .strictObject({
        collection: collectionSchema,
        outcome: z.literal("anonymised"),
        count: countSchema,
        changed: countSchema.optional(),
      })
      .refine(({ count, changed = 0 }) => changed <= count, {
        path: ["changed"],
        error: "more are said to be different than to be anonymous",
      }),
    z.strictObject({ collection: collectionSchema, outcome: z.literal("absent") }),
    z.strictObject({
      collection: collectionSchema,
      outcome: z.literal("retained"),
      count: countSchema,
      reason: z.string().min(1).max(500),
      until: z.iso.date(),
    }),
    z.strictObject({
      collection: collectionSchema,
      outcome: z.literal("kept"),
      count: countSchema,
      reason: z.string().min(1).max(500),
    }),
  ]),
);

/**
 * Joins what an earlier try did with what a later one found: erasing twice answers `absent` the second time,
 * and that must not hide what the first did. What is retained is what the newest answer says. So is what is kept, where
 * it speaks of that: once nothing of the person leads to it any more, a source finds nothing, though it is still there.
 */
export const mergeOutcomes = (
  before: readonly CollectionOutcome[],
  now: readonly CollectionOutcome[],
): CollectionOutcome[] => {
  const merged: CollectionOutcome[] = [];
  for (const collection of new Set([...before, ...now].map((outcome) => outcome.collection))) {
    const earlier = before.filter((outcome) => outcome.collection === collection);
    const latest = now.filter((outcome) => outcome.collection === collection);
    const joined: CollectionOutcome[] = [];
    for (const outcome of ["erased", "anonymised"] as const) {
      const count = [...earlier, ...latest].reduce(
        (sum, each) => (each.outcome === outcome ? sum + each.count : sum),
        0,
      );
      if (count === 0) continue;
      const changed = outcome === "anonymised" ? changedIn([...earlier, ...latest]) : undefined;
      joined.push({ collection, outcome, count, ...(changed !== undefined && { changed }) });
    }
    joined.push(...latest.filter((each) => each.outcome === "retained"));
    const newest = latest.some((each) => each.outcome === "kept") ? latest : earlier;
    joined.push(...newest.filter((each) => each.outcome === "kept" && each.count > 0));
    merged.push(...(joined.length > 0 ? joined : [{ collection, outcome: "absent" } as const]));
  }
  return merged;
};

/** Undefined where not all of it was compared. */
const changedIn = (outcomes: readonly CollectionOutcome[]): number | undefined => {
  const anonymised = outcomes.filter((each) => each.outcome === "anonymised");
  return anonymised.every(({ changed }) => changed !== undefined)
    ? anonymised.reduce((sum, { changed = 0 }) => sum + changed, 0)
    : undefined;
};

/** Of how many records that were made anonymous nobody has shown that they have changed. */
export const unprovenIn = (outcomes: readonly CollectionOutcome[]): number =>
  outcomes.reduce(
    (sum, each) => (each.outcome === "anonymised" ? sum + each.count - (each.changed ?? 0) : sum),
    0,
  );

/** Whether nothing of the records names the person any more. */
export const isGone = (
  each: CollectionOutcome,
): each is Extract<CollectionOutcome, { outcome: "erased" | "anonymised" }> =>
  each.outcome === "erased" || each.outcome === "anonymised";

export type Staying = Extract<CollectionOutcome, { outcome: "retained" | "kept" }>;
export type Kept = Extract<CollectionOutcome, { outcome: "kept" }>;

/** Whether the records stay, and the person is told why. */
export const isStaying = (each: CollectionOutcome): each is Staying =>
  each.outcome === "retained" || each.outcome === "kept";

/** Whether the records stay because they are somebody else's too. */
export const isKept = (each: CollectionOutcome): each is Kept => each.outcome === "kept";

/** Whether there are records that stay. */
export const isLeft = (each: CollectionOutcome): each is Staying => isStaying(each) && each.count > 0;

/** How many records of a collection are gone: erased, or anonymous. */
export type GoneCount = { readonly collection: string; readonly count: number };

export const goneCounts = (outcomes: readonly CollectionOutcome[]): GoneCount[] =>
  [...new Set(outcomes.map(({ collection }) => collection))].flatMap((collection) => {
    const count = goneIn(outcomes, collection);
    return count === 0 ? [] : [{ collection, count }];
  });

/** How many records of a collection are gone. */
export const goneIn = (outcomes: readonly CollectionOutcome[], collection: string): number =>
  totalCount(outcomes.filter(isGone).filter((each) => each.collection === collection));

/**
 * How many records of a collection were counted and have not been told of since: neither as gone nor as staying.
 *
 * @param toStay how many others were counted as staying
 */
export const untold = (
  { collection, count, becomes }: CollectionCount,
  goneBefore: readonly GoneCount[],
  outcomes: readonly CollectionOutcome[],
  toStay = 0,
): number => {
  const before = totalCount(goneBefore.filter((each) => each.collection === collection));
  // What was so on an earlier day is not among what a source has counted that tells these apart.
  const isCounted = (each: Staying) => each.asOf === undefined || becomes === undefined;
  const staying = countIn(outcomes.filter(isStaying).filter(isCounted), collection);
  const unforeseen = Math.max(0, staying - toStay);
  return Math.max(0, count - (goneIn(outcomes, collection) - before) - unforeseen);
};

export const totalCount = (counts: readonly { readonly count: number }[]): number =>
  counts.reduce((sum, { count }) => sum + count, 0);

/** How many records are counted in a collection. */
export const countIn = (
  counts: readonly { readonly collection: string; readonly count: number }[],
  collection: string,
): number => totalCount(counts.filter((each) => each.collection === collection));

/**
 * What was counted as staying because it is somebody else's too, where the source then found nothing there: it had done
 * its work before, and what became of its answer nobody knows. The records are still there.
 */
export const keptAsCounted = (
  located: readonly CollectionCount[] | null,
  outcomes: readonly CollectionOutcome[],
): CollectionOutcome[] =>
  (located ?? []).flatMap(({ collection, count, becomes }) =>
    becomes === "kept" &&
    count > 0 &&
    outcomes.every((each) => each.collection !== collection || each.outcome === "absent")
      ? [{ collection, outcome: "kept", count, reason: "It is somebody else's too" }]
      : [],
  );

/** How many records are left that nobody said would stay. Zero is what an erasure has to reach. */
export const leftOver = (
  remaining: readonly CollectionCount[],
  outcomes: readonly CollectionOutcome[],
): number => totalCount(unkept(remaining, outcomes));

/** Which records are left, a collection, that nobody said would be kept. */
export const unkept = (
  remaining: readonly CollectionCount[],
  outcomes: readonly CollectionOutcome[],
): CollectionCount[] => {
  const found = new Map<string, number>();
  for (const { collection, count } of remaining) {
    found.set(collection, (found.get(collection) ?? 0) + count);
  }
  return [...found].flatMap(([collection, count]) => {
    const kept = outcomes.reduce(
      (sum, each) => (each.collection === collection && isStaying(each) ? sum + each.count : sum),
      0,
    );
    return count > kept ? [{ collection, count: count - kept }] : [];
  });
};

/**
 * Which records are found that would be erased, a collection, beyond what was said to stay, where that was said of fewer names.
 * What the source itself tells apart as staying is none of them, and what it tells as somebody else's that was not said to be
 * there, because it has another number, makes up for nothing.
 */
export const beyondStaying = (
  found: readonly CollectionCount[],
  outcomes: readonly CollectionOutcome[],
): CollectionCount[] =>
  [...new Set(found.map(({ collection }) => collection))].flatMap((collection) => {
    const toldAs = (fate: RecordFate) =>
      countIn(
        found.filter(({ becomes }) => becomes === fate),
        collection,
      );
    const [retained, others] = [toldAs("retained"), toldAs("kept")];
    const toGo = countIn(found, collection) - retained - others;
    const kept = countIn(outcomes.filter(isKept), collection);
    const there = toGo + retained + Math.min(others, kept);
    const count = Math.min(toGo, there - countIn(outcomes.filter(isStaying), collection));
    return count > 0 ? [{ collection, count }] : [];
  });
