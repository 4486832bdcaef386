import type { Instant } from "../../instant.ts";
import type { Day } from "./day.ts";

/** A last day, and how it came about. */
export interface LastDay {
  /** The day on which the period ends, whatever day that is. */
  readonly nominal: Day;
  /** The days that do not count as a last day: from `nominal` on, each with its reason. */
  readonly passedOver: readonly PassedOver[];
  /** The last day: the first working day from `nominal` on. */
  readonly day: Day;
  /** The first instant after it, in the controller's time zone. */
  readonly endsAt: Instant;
}

export interface PassedOver {
  readonly day: Day;
  /** "Saturday", "Sunday", or the name of the public holiday. */
  readonly because: string;
}

export interface Extension {
  /** Why, in the words that the person is told. */
  readonly reason: string;
  readonly by: string;
  readonly at: Instant;
  /** When the person was told. Until then the first deadline counts. */
  readonly toldAt: Instant | null;
}

/** While it is in doubt who asks, the clock stands still (Art. 12(6) GDPR). */
export interface Suspension {
  readonly from: Instant;
  /** Null while the answer is awaited. */
  readonly until: Instant | null;
  readonly reason: string;
}

/** By when a request has to be answered (Art. 12(3) GDPR), and everything that decides over it. */
export interface Deadline {
  readonly timeZone: string;
  /** The day of receipt there. */
  readonly receivedOn: Day;
  /** One month from receipt, and what was suspended. */
  readonly first: LastDay;
  /** Three months from receipt, and what was suspended: where the period is extended. */
  readonly extended: LastDay;
  readonly extension: Extension | null;
  readonly suspensions: readonly Suspension[];
  /** When the operator is to be reminded, from now on; the last of them is the deadline itself. */
  readonly reminders: readonly Instant[];
  /** How many reminders were due so far: each is a message of its own. */
  readonly reminded: number;
}

/** The dates that have to be looked up in a calendar. */
export type DeadlineDates = Pick<Deadline, "first" | "extended">;

/** Whether the period is extended: somebody decided so, and the person was told in time. */
export const isExtended = ({ extension }: Pick<Deadline, "extension">): boolean =>
  extension !== null && extension.toldAt !== null;

/** The last day that counts. */
export const lastDayOf = (deadline: Pick<Deadline, "first" | "extended" | "extension">): LastDay =>
  isExtended(deadline) ? deadline.extended : deadline.first;

export const isSuspended = ({ suspensions }: Deadline): boolean =>
  suspensions.some(({ until }) => until === null);

/** Whether the last day is over. While the clock stands still nothing is late. */
export const isOverdue = (deadline: Deadline, now: Instant): boolean =>
  !isSuspended(deadline) && now >= lastDayOf(deadline).endsAt;

/** Whether the person was not told of an extension within the first month, and cannot be any more (Art. 12(3) GDPR). */
export const isExtensionTooLate = (deadline: Deadline, now: Instant): boolean =>
  deadline.extension !== null &&
  deadline.extension.toldAt === null &&
  !isSuspended(deadline) &&
  now >= deadline.first.endsAt;
