import { type Instant, later, latest } from "../instant.ts";
import { addDays } from "./deadline/day.ts";
import { startOf } from "./deadline/time-zone.ts";
import { type CollectionOutcome, goneCounts, goneIn } from "./outcomes.ts";
import type { Request } from "./request.ts";
import type { SourceStep } from "./steps.ts";

const aDay = 24 * 3_600 * 1_000;

/** The days on which a step's duties to keep something end. What a person has closed by hand is nobody's work any more. */
const endsOf = ({ outcomes, settlement }: SourceStep): string[] =>
  settlement === null ? outcomes.flatMap((each) => (each.outcome === "retained" ? [each.until] : [])) : [];

/** Whether something is to be erased here when its day comes. */
export const isRetaining = (step: SourceStep): boolean => endsOf(step).length > 0;

/** From when on a duty that ends on a day is over: where the controller is, and in UTC, in which sources may count. */
const overAt = ({ deadline }: Request, until: string): Instant => {
  const next = addDays(until, 1);
  return latest(startOf(deadline.timeZone, next), startOf("UTC", next));
};

/**
 * When a closed erasure is opened again, because the law does not have something kept any more; null where nothing is
 * kept. At the earliest a day after it was closed the last time: a source that answers the same again is not asked
 * without end.
 */
export const reopensAt = (request: Request): Instant | null => {
  const { closedAt, outcome, steps, reopened } = request;
  const [first] = steps.flatMap(endsOf).sort();
  if (first === undefined || closedAt === null || outcome !== "completed-with-exceptions") return null;
  return latest(overAt(request, first), later(closedAt, reopened > 0 ? aDay : 0));
};

/** Whether a duty of a step is over. */
export const hasEnded = (request: Request, step: SourceStep, now: Instant): boolean =>
  endsOf(step).some((until) => overAt(request, until) <= now);

/** The collections of which something is kept. */
export const keptCollections = ({ outcomes }: SourceStep): string[] => [
  ...new Set(outcomes.flatMap((each) => (each.outcome === "retained" ? [each.collection] : []))),
];

/** Whether a collection is among those that the work at a step is about. */
export const isInPart = (
  { part }: Pick<SourceStep, "part">,
  { collection }: { readonly collection: string },
) => part === undefined || part.includes(collection);

/**
 * What was told before, without what goes along with the part that a request was opened again for: what was kept because
 * of records that go now is what a source erases beside them.
 */
export const withoutTakenAlong = (
  step: Pick<SourceStep, "part">,
  before: readonly CollectionOutcome[],
  now: readonly CollectionOutcome[],
): readonly CollectionOutcome[] => {
  if (step.part === undefined) return before;
  const taken = new Map(
    goneCounts(now.filter((each) => !isInPart(step, each))).map(({ collection, count }) => [
      collection,
      count,
    ]),
  );
  return before.map((each) => {
    if (each.outcome !== "kept") return each;
    const gone = Math.min(each.count, taken.get(each.collection) ?? 0);
    taken.set(each.collection, (taken.get(each.collection) ?? 0) - gone);
    return { ...each, count: each.count - gone };
  });
};

/**
 * What became of records over all rounds, without what an earlier one kept as somebody else's too, and this one has erased.
 * It was found all the time, and so it is among what is erased there since, beside what the law had kept. Of what nobody
 * found any more, though it was there, no later round speaks.
 */
export const withoutErasedSince = (
  step: SourceStep,
  answered: readonly CollectionOutcome[],
  outcomes: readonly CollectionOutcome[],
): readonly CollectionOutcome[] => {
  const { keptSeen = [], outcomes: before } = step;
  const spare = new Map(
    keptSeen
      .filter((collection) => isInPart(step, { collection }))
      .filter((name) => !answered.some((each) => each.outcome === "kept" && each.collection === name))
      .map((name) => {
        const retained = retainedIn(before, name) - retainedIn(outcomes, name);
        return [name, goneIn(outcomes, name) - goneIn(before, name) - Math.max(0, retained)] as const;
      }),
  );
  return outcomes.flatMap((each): CollectionOutcome[] => {
    if (each.outcome !== "kept") return [each];
    const gone = Math.min(each.count, Math.max(0, spare.get(each.collection) ?? 0));
    spare.set(each.collection, (spare.get(each.collection) ?? 0) - gone);
    return gone === each.count ? [] : [{ ...each, count: each.count - gone }];
  });
};

const retainedIn = (outcomes: readonly CollectionOutcome[], name: string): number =>
  outcomes.reduce(
    (sum, each) => (each.outcome === "retained" && each.collection === name ? sum + each.count : sum),
    0,
  );

/**
 * Whether what a step finds is no part of what the request was opened again for: where it is only asked, and in a copy
 * that is filled from an origin that is only asked.
 */
export const mayHoldSince = (
  { steps, reopened }: Request,
  { onlyAsked = false, task, after }: SourceStep,
): boolean =>
  (onlyAsked && reopened > 0) ||
  (task === "refresh" &&
    steps.some(({ source, onlyAsked: isAsked = false }) => isAsked && after.includes(source)));
