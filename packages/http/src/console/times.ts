import type { Instant } from "@subject-rights/core";
import { html } from "hono/html";
import type { Html } from "../html/page.ts";

/** Times and days as people read them, in one time zone. */
export interface Times {
  readonly timeZone: string;
  /** `27 Nov 2026, 14:05`, with the instant itself for programs. */
  at(instant: Instant): Html;
  /** `Mon 28 Dec 2026`, of a day `YYYY-MM-DD`. */
  day(day: string): string;
  /** Today, `YYYY-MM-DD`, there. */
  today(): string;
}

export const timesIn = (timeZone: string): Times => {
  const time = new Intl.DateTimeFormat("en-GB", {
    day: "numeric",
    month: "short",
    year: "numeric",
    hour: "2-digit",
    minute: "2-digit",
    hourCycle: "h23",
    timeZone,
  });
  const date = new Intl.DateTimeFormat("en-GB", {
    weekday: "short",
    day: "numeric",
    month: "short",
    year: "numeric",
    timeZone: "UTC",
  });
  const dayAt = daysIn(timeZone);
  return {
    timeZone,
    at: (instant) => html`<time datetime="${instant}">${time.format(new Date(instant))}</time>`,
    day: (day) => date.format(new Date(`${day}T00:00:00Z`)).replace(",", ""),
    today: () => dayAt(new Date()),
  };
};

/** The day, `YYYY-MM-DD`, that it is there. To make a format takes far longer than to use it. */
const daysIn = (timeZone: string): ((at: Date) => string) => {
  const format = new Intl.DateTimeFormat("en-GB", {
    year: "numeric",
    month: "2-digit",
    day: "2-digit",
    timeZone,
  });
  return (at) => {
    const parts = format.formatToParts(at);
    const part = (type: string) => parts.find((each) => each.type === type)?.value ?? "";
    return `${part("year")}-${part("month")}-${part("day")}`;
  };
};

const dayLength = 86_400_000;

/** From one day to another, both `YYYY-MM-DD`; negative where it is over. */
export const daysFrom = (from: string, to: string): number =>
  Math.round((Date.parse(`${to}T00:00:00Z`) - Date.parse(`${from}T00:00:00Z`)) / dayLength);

/**
 * An instant of a day in a time zone, for what is only known to the day. Midnight and noon of UTC are enough to meet
 * the day in every zone there is.
 *
 * @returns null for what is no day
 */
export const instantOn = (timeZone: string, day: string): string | null => {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(day)) return null;
  const dayAt = daysIn(timeZone);
  const isThatDay = (at: string) => !Number.isNaN(Date.parse(at)) && dayAt(new Date(at)) === day;
  return ["12:00", "00:00", "23:59"].map((hour) => `${day}T${hour}:00Z`).find(isThatDay) ?? null;
};
