import { type Instant, later, latest } from "../instant.ts";
import { addDays } from "./deadline/day.ts";
import { startOf } from "./deadline/time-zone.ts";
import type { CollectionOutcome, Kept, Staying } from "./outcomes.ts";
import { isCalledOff, isRestCalledOff } from "./phases.ts";
import type { Request } from "./request.ts";
import { outcomesAt, type SourceStep } from "./steps.ts";

const aDay = 24 * 3_600 * 1_000;

/** From when on a duty that ends on a day is over: where the controller is, and in UTC, in which sources may count. */
const overAt = ({ deadline }: Pick<Request, "deadline">, until: string): Instant => {
  const next = addDays(until, 1);
  return latest(startOf(deadline.timeZone, next), startOf("UTC", next));
};

type Ending = Pick<Request, "deadline" | "phase" | "outcome" | "reason">;

/**
 * The days on which a step's duties to keep something end. Who has closed it by hand has seen to those that were over by then,
 * and not to one that was still to be kept; who has called the request off, or the rest of it, to all.
 */
const endsOf = (request: Ending, { outcomes, settlement, keepsOn = false }: SourceStep): string[] =>
  isCalledOff(request.outcome) || isRestCalledOff(request)
    ? []
    : outcomes.flatMap((each) =>
        each.outcome === "retained" &&
        (settlement === null || (keepsOn && overAt(request, each.until) > settlement.at))
          ? [each.until]
          : [],
      );

/** Whether something is to be erased here when its day comes. */
export const isRetaining = (request: Ending, step: SourceStep): boolean => endsOf(request, step).length > 0;

/**
 * What is told of a step, to whomever: until which day something is kept is said only where it is erased then. What nobody
 * erases on its day stays, for the same reason.
 *
 * @param outcomes all that is known of there, or what the request itself has come to
 */
export const toldAt = (
  request: Ending,
  step: SourceStep,
  outcomes: readonly CollectionOutcome[] = outcomesAt(step),
): CollectionOutcome[] => {
  const ends = endsOf(request, step);
  return outcomes.map((each) =>
    each.outcome === "retained" && step.outcomes.includes(each) && !ends.includes(each.until)
      ? withoutItsDay(each)
      : each,
  );
};

const withoutItsDay = ({ collection, count, reason }: Staying): Kept => ({
  collection,
  outcome: "kept",
  count,
  reason,
});

/**
 * When a closed erasure is opened again, because the law does not have something kept any more; null where nothing is
 * kept. At the earliest a day after it was closed the last time: a source that answers the same again is not asked
 * without end.
 */
export const reopensAt = (request: Request): Instant | null => {
  const { outcome, steps, reopened } = request;
  const { endedAt } = request;
  const [first] = steps.flatMap((step) => endsOf(request, step)).sort();
  if (first === undefined || endedAt === null || outcome !== "completed-with-exceptions") return null;
  return latest(overAt(request, first), later(endedAt, reopened > 0 ? aDay : 0));
};

/** Whether a duty of a step is over. */
export const hasEnded = (request: Request, step: SourceStep, now: Instant): boolean =>
  endsOf(request, step).some((until) => overAt(request, until) <= now);

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
