/*
 * Figures for people to read. Written by hand, because the first use of `Intl` in a process takes ten megabytes of
 * memory, a tenth of what an export may have.
 */

/** `12,345` */
const grouped = (count: number): string => String(count).replace(/\B(?=(?:\d{3})+$)/g, ",");

/** `1 row`, `12,345 rows` */
export const counted = (count: number, noun: string): string =>
  `${grouped(count)} ${noun}${count === 1 ? "" : "s"}`;

/** `999 bytes`, `1.5 kB`, `12,345.6 MB` */
export const sizeOf = (bytes: number): string => {
  if (bytes < 1_000) return counted(bytes, "byte");
  const [tenth, unit] = bytes < 1_000_000 ? [100, "kB"] : [100_000, "MB"];
  const tenths = Math.round(bytes / tenth);
  const whole = grouped(Math.floor(tenths / 10));
  return tenths % 10 === 0 ? `${whole} ${unit}` : `${whole}.${tenths % 10} ${unit}`;
};

/** `24 November 2026`, in UTC. */
export const dayOf = (moment: Date): string =>
  `${moment.getUTCDate()} ${months[moment.getUTCMonth()] ?? ""} ${moment.getUTCFullYear()}`;

const months = "January February March April May June July August September October November December".split(
  " ",
);
