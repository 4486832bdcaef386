import { type Instant, instant } from "../../instant.ts";
import { addDays, type Day } from "./day.ts";

/** Whether this names a time zone of the IANA database that this runtime knows. */
export const isTimeZone = (name: string): boolean => {
  try {
    return new Intl.DateTimeFormat("en", { timeZone: name }).resolvedOptions().timeZone !== "";
  } catch {
    return false;
  }
};

const formats = new Map<string, Intl.DateTimeFormat>();

const formatIn = (timeZone: string): Intl.DateTimeFormat => {
  const found =
    formats.get(timeZone) ??
    new Intl.DateTimeFormat("en-US", {
      timeZone,
      calendar: "gregory",
      numberingSystem: "latn",
      year: "numeric",
      month: "2-digit",
      day: "2-digit",
    });
  formats.set(timeZone, found);
  return found;
};

/** The day that it is there at an instant. */
export const dayIn = (timeZone: string, at: Instant): Day => {
  const parts = formatIn(timeZone).formatToParts(new Date(at));
  const part = (type: string) => parts.find((each) => each.type === type)?.value ?? "";
  return `${part("year").padStart(4, "0")}-${part("month")}-${part("day")}`;
};

const hour = 3_600_000;
const minute = 60_000;

/** Looking takes a fifth of a millisecond, and whoever waits for the same day is asked for it at every look. */
const starts = new Map<string, Instant>();
const mostStarts = 1_000;

/** The first instant of a day there. */
export const startOf = (timeZone: string, day: Day): Instant => {
  const name = `${timeZone} ${day}`;
  const known = starts.get(name);
  if (known !== undefined) return known;
  const found = lookedFor(timeZone, day);
  if (starts.size >= mostStarts) starts.clear();
  starts.set(name, found);
  return found;
};

/** Found by looking, because clocks may be set forward at midnight: then the day begins at one o'clock. */
const lookedFor = (timeZone: string, day: Day): Instant => {
  // No zone is further from UTC than 14 hours.
  let before = Date.parse(`${day}T00:00:00.000Z`) - 15 * hour;
  let after = before + 30 * hour;
  // Zones change by whole minutes.
  while (after - before > minute) {
    const middle = before + Math.floor((after - before) / (2 * minute)) * minute;
    if (dayIn(timeZone, instant(new Date(middle))) < day) before = middle;
    else after = middle;
  }
  return instant(new Date(after));
};

/** The instant at which a day is over there: the first of the next one. */
export const endOf = (timeZone: string, day: Day): Instant => startOf(timeZone, addDays(day, 1));
