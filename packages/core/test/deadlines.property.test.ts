import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { defineCalendar, orThrow } from "../src/index.ts";
import { instant } from "../src/instant.ts";
import { addDays, addMonths, daysBetween, weekendDay } from "../src/request/deadline/day.ts";
import { dayIn, endOf, startOf } from "../src/request/deadline/time-zone.ts";
import { deadlineDates } from "../src/runner/deadline-dates.ts";

const zones = [
  "UTC",
  "Europe/Berlin",
  "America/Sao_Paulo",
  "Asia/Kolkata",
  "Pacific/Kiritimati",
  "Pacific/Niue",
  "Africa/Cairo",
];
const zone = fc.constantFrom(...zones);
const someDay = fc
  .date({ min: new Date("2018-01-01"), max: new Date("2040-12-31"), noInvalidDate: true })
  .map((date) => date.toISOString().slice(0, 10));
const holidays = fc.array(someDay, { maxLength: 200 });

describe("days and zones", () => {
  it("a day begins and ends at midnight there, whatever becomes of the clocks", () => {
    fc.assert(
      fc.property(zone, zone, someDay, (one, other, day) => {
        for (const timeZone of [one, other]) {
          const [start, end] = [startOf(timeZone, day), endOf(timeZone, day)];
          expect(dayIn(timeZone, start)).toBe(day);
          expect(dayIn(timeZone, instant(new Date(Date.parse(start) - 1)))).toBe(addDays(day, -1));
          expect(dayIn(timeZone, instant(new Date(Date.parse(end) - 1)))).toBe(day);
          expect(end).toBe(startOf(timeZone, addDays(day, 1)));
        }
      }),
      { numRuns: 300 },
    );
  });

  it("a month later is the same day number, or the month's last day", () => {
    fc.assert(
      fc.property(someDay, fc.integer({ min: 1, max: 3 }), (day, months) => {
        const then = addMonths(day, months);
        const [from, to] = [Number(day.slice(8)), Number(then.slice(8))];
        expect(to).toBeLessThanOrEqual(from);
        if (to < from) expect(addDays(then, 1).slice(8)).toBe("01");
        const monthOf = (text: string) => Number(text.slice(0, 4)) * 12 + Number(text.slice(5, 7));
        expect(monthOf(then) - monthOf(day)).toBe(months);
      }),
      { numRuns: 300 },
    );
  });
});

describe("a deadline", () => {
  it("ends on a working day, the first from its nominal end on, and is never shortened", async () => {
    await fc.assert(
      fc.asyncProperty(zone, someDay, holidays, fc.nat({ max: 90 }), async (timeZone, day, off, stood) => {
        const calendar = defineCalendar({ holiday: (each) => (off.includes(each) ? "a holiday" : null) });
        const dates = orThrow(await deadlineDates(calendar, timeZone, day, stood));
        for (const [months, { nominal, day: last, passedOver, endsAt }] of [
          [1, dates.first],
          [3, dates.extended],
        ] as const) {
          expect(daysBetween(addMonths(day, months), nominal)).toBe(stood);
          expect(weekendDay(last)).toBeNull();
          expect(off).not.toContain(last);
          expect(passedOver.map((each) => each.day)).toEqual(
            Array.from({ length: daysBetween(nominal, last) }, (_, index) => addDays(nominal, index)),
          );
          expect(endsAt).toBe(endOf(timeZone, last));
        }
        expect(dates.extended.day > dates.first.day).toBe(true);
      }),
      { numRuns: 200 },
    );
  });

  it("is the same wherever the server is", async () => {
    const before = process.env["TZ"];
    try {
      const calendar = defineCalendar({ holiday: () => null });
      const found = new Set<string>();
      for (const server of ["UTC", "America/New_York", "Asia/Tokyo", "Australia/Lord_Howe"]) {
        process.env["TZ"] = server;
        found.add(JSON.stringify(orThrow(await deadlineDates(calendar, "Europe/Berlin", "2026-02-28"))));
      }
      expect(found.size).toBe(1);
    } finally {
      if (before === undefined) delete process.env["TZ"];
      else process.env["TZ"] = before;
    }
  });
});
