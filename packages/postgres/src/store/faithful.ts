import type { Instant } from "@subject-rights/core";
import { type Sql, sql } from "../sql/sql.ts";

/**
 * A text that comes back as it was. PostgreSQL refuses NUL, and drivers turn half of a surrogate pair into another
 * character: two tenants could become one.
 */
export const faithful = (text: string): string => {
  if (text.includes("\0") || !text.isWellFormed()) {
    throw new TypeError("A text with NUL or half of a surrogate pair in it cannot be stored.");
  }
  return text;
};

/** An instant, where it would come back in the same form. */
export const faithfulInstant = (at: Instant): Instant => {
  if (!Number.isFinite(Date.parse(at)) || new Date(at).toISOString() !== at) {
    throw new TypeError("An instant has the form 2026-11-23T09:30:00.000Z.");
  }
  return at;
};

/** NULL for null. */
export const instantSql = (at: Instant | null): Sql =>
  sql`${at === null ? null : faithfulInstant(at)}::timestamptz`;

/** The text of an instant, for what is kept in JSON. */
export const instantPattern: Sql = sql`'^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9][.][0-9]{3}Z$'`;

/**
 * A column of type `timestamptz` as an `Instant`, whatever the session's time zone and date style are. One that is no
 * instant, `infinity`, comes as it is called, so that its row is found to be damaged, and no other.
 */
export const instantText = (column: Sql): Sql =>
  sql`case when isfinite(${column}) then to_char(${column} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')
    else ${column}::text end`;

/** A column that is never NULL, from a row of text. */
export const textOf = (row: Readonly<Record<string, string | null>>, column: string): string => {
  const text = row[column];
  if (typeof text !== "string") throw new TypeError(`The column ${column} came back without a value.`);
  return text;
};
