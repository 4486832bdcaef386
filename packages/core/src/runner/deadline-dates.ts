import type { Calendar } from "../bridge/define-calendar.ts";
import type { StorageFailed } from "../errors.ts";
import { addDays, addMonths, type Day, weekendDay } from "../request/deadline/day.ts";
import type { DeadlineDates, LastDay, PassedOver } from "../request/deadline/deadline.ts";
import { endOf } from "../request/deadline/time-zone.ts";
import { err, ok, type Result, ResultAsync } from "../result.ts";

/**
 * When a request that was received on a day has to be answered: one month later (Art. 12(3) GDPR) and, where that is
 * extended, three, each later by the days in which the clock stood still. A last day that is no working day moves to the
 * next one (Art. 3(4) of Regulation (EEC, Euratom) No 1182/71).
 */
export const deadlineDates = (
  calendar: Calendar,
  timeZone: string,
  receivedOn: Day,
  stoodStill = 0,
): ResultAsync<DeadlineDates, StorageFailed> => {
  const lastDay = (months: number) =>
    lastDayFrom(calendar, timeZone, addDays(addMonths(receivedOn, months), stoodStill));
  return lastDay(1).andThen((first) => lastDay(3).map((extended) => ({ first, extended })));
};

const lastDayFrom = (
  calendar: Calendar,
  timeZone: string,
  nominal: Day,
): ResultAsync<LastDay, StorageFailed> =>
  new ResultAsync(
    (async (): Promise<Result<LastDay, StorageFailed>> => {
      const passedOver: PassedOver[] = [];
      for (let day = nominal; ; day = addDays(day, 1)) {
        const holiday = weekendDay(day) === null ? await calendar.holiday(day) : ok(null);
        if (holiday.isErr()) return err(holiday.error);
        const because = weekendDay(day) ?? holiday.value;
        if (because === null) return ok({ nominal, passedOver, day, endsAt: endOf(timeZone, day) });
        passedOver.push({ day, because });
      }
    })(),
  );
