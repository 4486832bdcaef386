import { type Calendar, ConfigurationMistake, defineCalendar, optionsOf } from "@subject-rights/core";
import DateHolidays from "date-holidays";

/** Where the controller is. */
export interface Holidays {
  /** ISO 3166-1 alpha-2, such as `DE`. */
  readonly country: string;
  /** The part of the country, as ISO 3166-2 has it behind the dash, such as `BY` for Bavaria. Default: none. */
  readonly state?: string | undefined;
  /** A part of that, as `date-holidays` names it, such as `A` for Augsburg. Default: none. */
  readonly region?: string | undefined;
}

const millisecondsOfDay = 86_400_000;

/**
 * The public holidays of a country, and of a part of it, from the tables of `date-holidays`. Only public ones: a day on
 * which banks, schools or some shops are closed is a working day.
 *
 * @throws ConfigurationMistake where there is no such country, state or region in the tables
 */
export const holidayCalendar = (where: Holidays): Calendar => {
  const names = { country: true, state: true, region: true } as const;
  const holidays = tablesOf(optionsOf("holidayCalendar", names, where));
  const years = new Map<number, ReadonlyMap<string, string>>();
  const inYear = (year: number): ReadonlyMap<string, string> => {
    const known = years.get(year) ?? namesIn(holidays, year);
    years.set(year, known);
    return known;
  };
  return defineCalendar({ holiday: (day) => inYear(Number(day.slice(0, 4))).get(day) ?? null });
};

/** The tables know no mistake: for a place that is not in them they have no holidays. */
const tablesOf = ({ country, state, region }: Holidays): DateHolidays => {
  const all = new DateHolidays();
  const has = (names: Readonly<Record<string, string>> | undefined, name: string) =>
    names !== undefined && Object.hasOwn(names, name);
  const refuse = (what: string, name: string): never => {
    throw new ConfigurationMistake(`holidayCalendar: no ${what} ${JSON.stringify(name)} is known.`);
  };
  if (!has(all.getCountries(), country)) return refuse("country", country);
  if (state === undefined) {
    return region === undefined ? new DateHolidays(country) : refuse("region without a state", region);
  }
  if (!has(all.getStates(country), state)) return refuse(`state of ${country}`, state);
  if (region === undefined) return new DateHolidays(country, state);
  if (!has(all.getRegions(country, state), region)) return refuse(`region of ${country}-${state}`, region);
  return new DateHolidays(country, state, region);
};

const namesIn = (holidays: DateHolidays, year: number): ReadonlyMap<string, string> => {
  const names = new Map<string, string>();
  for (const { type, date, start, end, name } of holidays.getHolidays(year, "en")) {
    if (type !== "public") continue;
    // `date` is the first day there, whatever time zone the server is in.
    const first = Date.parse(`${date.slice(0, 10)}T00:00:00.000Z`);
    const days = Math.max(1, Math.round((end.getTime() - start.getTime()) / millisecondsOfDay));
    for (let day = 0; day < days; day += 1) {
      names.set(new Date(first + day * millisecondsOfDay).toISOString().slice(0, 10), name);
    }
  }
  return names;
};
