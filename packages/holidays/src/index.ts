/**
 * {@include ../README.md}
 *
 * @module @subject-rights/holidays
 */

export { type Holidays, holidayCalendar } from "./holiday-calendar.ts";
