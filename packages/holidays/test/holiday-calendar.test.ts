import { orThrow } from "@subject-rights/core";
import { holidayCalendar } from "@subject-rights/holidays";
import { describe, expect, it } from "vitest";

const named = async (where: Parameters<typeof holidayCalendar>[0], day: string) =>
  orThrow(await holidayCalendar(where).holiday(day));

describe("public holidays", () => {
  it.each([
    ["DE", undefined, "2026-04-06", "Easter Monday"],
    ["DE", undefined, "2026-05-01", "Labour Day"],
    ["DE", undefined, "2026-12-25", "Christmas Day"],
    ["DE", undefined, "2026-01-06", null],
    ["DE", "BY", "2026-01-06", "Epiphany"],
    ["DE", "BE", "2026-03-08", "International Women's Day"],
    ["FR", undefined, "2026-07-14", "Bastille Day"],
    // A day off on a weekend is made up for on a working day.
    ["GB", undefined, "2027-12-28", "Boxing Day (substitute day)"],
    // Half a holiday for banks or shops is a working day.
    ["DE", undefined, "2026-12-24", null],
    ["SE", undefined, "2026-06-20", "Midsummer Day"],
  ])("of %s %s on %s: %s", async (country, state, day, name) => {
    expect(await named({ country, state }, day)).toBe(name);
  });

  it("of a part of a state", async () => {
    expect(await named({ country: "DE", state: "BY", region: "A" }, "2026-08-08")).toMatch(/peace/i);
    expect(await named({ country: "DE", state: "BY" }, "2026-08-08")).toBeNull();
  });

  it("are the same wherever the server is", async () => {
    const before = process.env["TZ"];
    try {
      for (const zone of ["Pacific/Kiritimati", "America/Los_Angeles"]) {
        process.env["TZ"] = zone;
        expect([
          await named({ country: "DE" }, "2026-04-05"),
          await named({ country: "DE" }, "2026-04-07"),
        ]).toEqual([null, null]);
        expect(await named({ country: "DE" }, "2026-04-06")).toBe("Easter Monday");
      }
    } finally {
      if (before === undefined) delete process.env["TZ"];
      else process.env["TZ"] = before;
    }
  });

  it.each([
    [{ country: "XX" }, "country"],
    [{ country: "de" }, "country"],
    [{ country: "toString" }, "country"],
    [{ country: "DE", state: "XX" }, "state of DE"],
    [{ country: "DE", state: "BY", region: "XX" }, "region of DE-BY"],
    [{ country: "DE", region: "A" }, "region without a state"],
  ])("of a place that is not in the tables are a mistake: %o", (where, what) => {
    expect(() => holidayCalendar(where)).toThrow(what);
  });
});
