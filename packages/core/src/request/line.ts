import { earliest, type Instant, later, latest } from "../instant.ts";
import { areTwo } from "../subject/numbers.ts";
import { isPackaged } from "./phases.ts";
import type { Request } from "./request.ts";
import type { StandingKind } from "./standings.ts";
import { waitingOf } from "./waiting.ts";

/** Acknowledged and open: it stands in line with the other requests of the person. */
export const isInLine = ({ phase }: Pick<Request, "phase">): boolean =>
  phase !== "received" && phase !== "closed";

/** Requests of one person run in the order of their places: the earlier, the sooner. */
export const placeOf = ({ place, acknowledgement, receivedAt }: Request): Instant =>
  place ?? acknowledgement.acknowledgedAt ?? receivedAt;

/** Whether two requests that have an address in common are about two people: neither waits for the other. */
export const areOfTwo = (
  { numbers: one = {} }: Pick<Request, "numbers">,
  { numbers: other = {} }: Pick<Request, "numbers">,
): boolean => areTwo(one, other);

/** Two places are the same only where nobody knew yet that both are about one person. */
export const isAhead = (one: Request, other: Request): boolean => {
  const [first, second] = [placeOf(one), placeOf(other)];
  return first === second ? one.id < other.id : first < second;
};

/**
 * The place behind everybody who is in line. It goes by the clock, but never before a place that is taken: of two in one
 * millisecond, or by two clocks, the one that was acknowledged later is later.
 */
export const placeBehind = (last: Instant | null | undefined, at: Instant): Instant =>
  last == null ? at : latest(at, later(last, 1));

export const placeBefore = (first: Instant | null, own: Instant): Instant =>
  first === null || own < first ? own : later(first, -1);

/**
 * Since when nothing new is begun for it that could be at work on the data: a doubt about identity, or a hold, stands. Null
 * where something may be.
 */
const stoppedSince = ({ standings }: Request): Instant | null =>
  earliest(
    Object.values(standings)
      .filter((standing) => standing.for === "identity" || standing.for === "hold")
      .map(({ since }) => since),
  );

/**
 * Whether it can be put off for one that somebody put first: it waits for people, and nobody is at work for it, an owner
 * who erases by hand included. An export whose package is made stays as it is: made anew after an erasure, it would be of
 * what is left.
 *
 * @param begunBefore a call that was begun before this has ended by now
 */
export const mayGiveWay = (request: Request, begunBefore: Instant): boolean => {
  const waits = waitingOf(request).map((waiting) => waiting.for);
  const stopped = stoppedSince(request);
  const isQuiet =
    (stopped !== null && stopped <= begunBefore) || request.steps.every(({ status }) => status !== "running");
  return (
    request.claims.length > 0 &&
    !isPackaged(request.phase) &&
    isQuiet &&
    !waits.includes("task") &&
    waits.some((kind) => forPeople.includes(kind))
  );
};

const forPeople: readonly StandingKind[] = ["identity", "hold", "approval", "decision", "source"];
