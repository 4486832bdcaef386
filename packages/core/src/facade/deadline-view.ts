import type { Instant } from "../instant.ts";
import {
  type Deadline,
  type Extension,
  isExtended,
  lastDayOf,
  type Suspension,
} from "../request/deadline/deadline.ts";
import { explainDeadline } from "../request/deadline/explain.ts";

/** By when a request has to be answered, as an application reads it. */
export interface DeadlineView {
  readonly timeZone: string;
  /** The day of receipt, `YYYY-MM-DD`, there. */
  readonly receivedOn: string;
  /** The last day, `YYYY-MM-DD`, and the first instant after it. While the clock stands still, as it was before. */
  readonly dueOn: string;
  readonly endsAt: Instant;
  /** Whether it is the longer period: somebody extended it, and the person was told. */
  readonly extended: boolean;
  /** Who has extended it, why, and when the person was told: until then the first last day counts. Null: nobody has. */
  readonly extension: Extension | null;
  /** When it was in doubt who asks, and why; the last of them without its end while the clock stands still. */
  readonly suspensions: readonly Suspension[];
  /** Since when the clock stands still; null while it goes. */
  readonly suspendedSince: Instant | null;
  /** Why it is that day, in sentences, each with its legal source. */
  readonly explanation: string;
}

export const deadlineView = (deadline: Deadline): DeadlineView => {
  const { day: dueOn, endsAt } = lastDayOf(deadline);
  const { timeZone, receivedOn } = deadline;
  return {
    timeZone,
    receivedOn,
    dueOn,
    endsAt,
    extended: isExtended(deadline),
    extension: deadline.extension,
    suspensions: deadline.suspensions,
    suspendedSince: deadline.suspensions.find(({ until }) => until === null)?.from ?? null,
    explanation: explainDeadline(deadline),
  };
};
