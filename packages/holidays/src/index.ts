export { type Holidays, holidayCalendar } from "./holiday-calendar.ts";
