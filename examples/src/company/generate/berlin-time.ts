const hour = 3_600_000;

/** The last Sunday of a month at 01:00 UTC: when clocks change in the European Union (Directive 2000/84/EC). */
const clockChange = (year: number, month: number): number => {
  const last = new Date(Date.UTC(year, month, 0, 1));
  return last.getTime() - last.getUTCDay() * 24 * hour;
};

/** RFC 3339 with the offset that Berlin had then, such as `2026-07-01T09:30:00+02:00`. */
export const berlinTime = (at: number): string => {
  const year = new Date(at).getUTCFullYear();
  const summer = at >= clockChange(year, 3) && at < clockChange(year, 10);
  const offset = summer ? 2 : 1;
  return `${new Date(at + offset * hour).toISOString().slice(0, 19)}+0${offset}:00`;
};
