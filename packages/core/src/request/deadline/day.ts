/** A day of the calendar, `YYYY-MM-DD`, in no time zone. */
export type Day = string;

const millisecondsOfDay = 86_400_000;

const utc = (day: Day): Date => new Date(`${day}T00:00:00.000Z`);
const dayOf = (date: Date): Day => date.toISOString().slice(0, 10);

export const addDays = (day: Day, days: number): Day =>
  dayOf(new Date(utc(day).getTime() + days * millisecondsOfDay));

/** How many days lie between two; negative where the second is the earlier. */
export const daysBetween = (from: Day, to: Day): number =>
  Math.round((utc(to).getTime() - utc(from).getTime()) / millisecondsOfDay);

/** The same day number so many months later, or that month's last day where it has none of that number. */
export const addMonths = (day: Day, months: number): Day => {
  const date = utc(day);
  const first = new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + months, 1));
  const lastNumber = new Date(Date.UTC(first.getUTCFullYear(), first.getUTCMonth() + 1, 0)).getUTCDate();
  first.setUTCDate(Math.min(date.getUTCDate(), lastNumber));
  return dayOf(first);
};

/** "Saturday" or "Sunday"; null for every other day. */
export const weekendDay = (day: Day): "Saturday" | "Sunday" | null => {
  const number = utc(day).getUTCDay();
  if (number === 6) return "Saturday";
  return number === 0 ? "Sunday" : null;
};

const inWords = new Intl.DateTimeFormat("en-GB", {
  day: "numeric",
  month: "long",
  year: "numeric",
  timeZone: "UTC",
});

/** "5 April 2026". */
export const dayInWords = (day: Day): string => inWords.format(utc(day));
