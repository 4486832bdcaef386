import type { Instant } from "../../instant.ts";
import { addDays } from "./day.ts";
import { type Deadline, lastDayOf } from "./deadline.ts";
import { startOf } from "./time-zone.ts";

/**
 * When the operator is to be reminded from now on: when such a day begins there, so many days before the last one; and
 * when that is over. What is past is not made up for, but for the last.
 */
export const remindersFrom = (
  deadline: Pick<Deadline, "timeZone" | "first" | "extended" | "extension">,
  daysBefore: readonly number[],
  now: Instant,
): Instant[] => {
  const { day, endsAt } = lastDayOf(deadline);
  const early = daysBefore
    .map((days) => startOf(deadline.timeZone, addDays(day, -days)))
    .filter((at) => at > now && at < endsAt);
  return [...new Set(early)].sort().concat(endsAt);
};
