import type { RetentionPeriod } from "../data-map/data-map.ts";
import { findColumn } from "../data-map/resolve.ts";
import { type MappedTable, retentionOf } from "../data-map/resolved-map.ts";
import type { Facts } from "../reach/reach.ts";
import { join, name, type Sql, sql } from "../sql/sql.ts";
import { dueCondition } from "./due.ts";

/** Whether a row still has something to anonymise. */
export const isDue = name("is_due");
/** Until when a row is kept. */
export const keptUntil = name("kept_until");

/** What an erasure has to know of each row beside its key. */
export const erasureFacts =
  (timeZone: string): Facts =>
  (table, alias) => {
    const retention = retentionOf(table.erasure);
    return [
      { as: isDue, value: dueCondition(table, alias), type: sql`boolean` },
      ...(retention === null
        ? []
        : [{ as: keptUntil, value: untilDate(table, retention.until, alias, timeZone), type: sql`date` }]),
    ];
  };

/** Which rows that stay are told: not those in which nothing is left to anonymise. */
export const isWorthTelling = (table: MappedTable): Sql =>
  retentionOf(table.erasure) === null ? isDue : sql`true`;

/** What a row's values were before: a keyed digest of those that are made anonymous. */
const digestBefore = name("digest_before");

/** What an erasure has to know of each row to tell afterwards whether its values have changed. */
export const erasingFacts =
  (key: Sql | Uint8Array, timeZone: string): Facts =>
  (table, alias) => {
    const digest = digestOf(table, alias, key);
    return [
      ...erasureFacts(timeZone)(table, alias),
      ...(digest === null ? [] : [{ as: digestBefore, value: digest, type: sql`bytea` }]),
    ];
  };

/** Whether the values of a row `t` differ from what they were when it was found, as `r`. */
export const isChanged = (table: MappedTable, key: Sql | Uint8Array): Sql =>
  sql`(r.${digestBefore} is distinct from ${digestOf(table, sql`t`, key) ?? sql`null`})`;

/** Null for a table in which the statement itself makes nothing anonymous. */
const digestOf = (table: MappedTable, alias: Sql, key: Sql | Uint8Array): Sql | null => {
  const values = table.columns.flatMap(({ column, anonymise }) =>
    anonymise === null || (typeof anonymise === "object" && "function" in anonymise)
      ? []
      : [sql`${alias}.${name(column.name)}::text`],
  );
  if (table.erasure === "delete" || values.length === 0) return null;
  return sql`sha256(${key} || convert_to(json_build_array(${join(values)})::text, 'UTF8'))`;
};

/** What has no end that anybody could wait for is told until this day, the last that a date in four figures names. */
const lastDay = "9999-12-31";
/** What is older is as old as this: no time zone leads from here out of what the server can reckon with. */
const firstDay = "0001-01-01";
/** No retention is longer, and no interval of the server's too short for it. */
const mostYears = 10_000;

/** In the controller's time zone: a moment is of the day that it was there, whatever the session's own zone is. */
export const untilDate = (
  { table }: MappedTable,
  period: string | RetentionPeriod,
  alias: Sql,
  timeZone: string,
): Sql => {
  if (typeof period === "string") return sql`${period}::date`;
  const { column, years = 0, months = 0, endOfYear = false } = period;
  const held = sql`${alias}.${name(column)}`;
  const isMoment = findColumn(table, column)?.type.base === "timestamptz";
  const type = isMoment ? sql`timestamptz` : sql`timestamp`;
  const counted = sql`least(greatest(${held}::${type}, ${firstDay}::${type}), ${lastDay}::${type})`;
  const from = isMoment ? sql`(${counted} at time zone ${timeZone})` : sql`(${counted})`;
  const ends = sql`(${from}::date + make_interval(years => ${Math.min(years, mostYears)}::int,
    months => ${Math.min(months, 12 * mostYears)}::int))`;
  const until = endOfYear ? sql`(date_trunc('year', ${ends}) + interval '1 year' - interval '1 day')` : ends;
  return sql`(case when ${held} is not null then least(${until}, ${lastDay}::timestamp)::date end)`;
};
