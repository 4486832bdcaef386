import { z } from "zod";
import type { StorageFailed } from "../errors.ts";
import type { CalendarDefinition } from "../ports/calendar.ts";
import type { ResultAsync } from "../result.ts";
import { defined } from "./defined.ts";
import { callable, checkAdapter } from "./issues.ts";
import { callStorage } from "./storage.ts";

/** A calendar that is safe to use: what it answers is checked, and no call throws. */
export interface Calendar {
  holiday(day: string): ResultAsync<string | null, StorageFailed>;
}

const holidaySchema = z.string().min(1).max(100).nullable();

const operations = z.strictObject({ holiday: callable });

/**
 * Makes what an author wrote safe to use.
 *
 * @throws ConfigurationMistake where `holiday` is missing
 */
export const defineCalendar = (definition: CalendarDefinition): Calendar => {
  checkAdapter("calendar", operations, definition);
  return defined("calendar", {
    holiday: (day) => callStorage("calendar", "holiday", async () => definition.holiday(day), holidaySchema),
  });
};

/** No public holidays: only Saturdays and Sundays are no working days. */
export const weekendsOnly: Calendar = defineCalendar({ holiday: () => null });
