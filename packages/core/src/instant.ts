/**
 * A point in time as RFC 3339 text in UTC with milliseconds (`2026-11-23T09:30:00.000Z`).
 *
 * Text rather than `Date`, because a request's record is stored as JSON; of this one form, so that comparing
 * two instants as text compares them in time.
 */
export type Instant = string;

export const instant = (date: Date): Instant => date.toISOString();

export const milliseconds = (at: Instant): number => Date.parse(at);

export const later = (at: Instant, byMilliseconds: number): Instant =>
  new Date(Date.parse(at) + byMilliseconds).toISOString();

export const earliest = (instants: readonly (Instant | null)[]): Instant | null =>
  instants.reduce<Instant | null>(
    (first, at) => (at !== null && (first === null || at < first) ? at : first),
    null,
  );

export const latest = (first: Instant, ...others: readonly Instant[]): Instant =>
  others.reduce((last, at) => (milliseconds(at) > milliseconds(last) ? at : last), first);

/** So far may the clocks of several machines be apart that are right. */
const clocksAreApart = 3_600_000;

/** Whether a moment of the past lies ahead: a clock was wrong then, and nobody can say how long ago that was. */
export const liesAhead = (then: Instant, now: Instant): boolean =>
  then > now && then > later(now, clocksAreApart);
