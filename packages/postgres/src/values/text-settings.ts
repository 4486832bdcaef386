import { type Sql, sql } from "../sql/sql.ts";

/**
 * Makes the text of values the same in every session, until the transaction ends: `valueReader` reads no other.
 * Sent first in each transaction that reads values, as a statement of its own.
 *
 * `money` has no currency and no scale of its own: what is stored means what `lc_monetary` says. So that setting
 * goes back to the application's usual one (of its server, database or role), whatever this session made of it:
 * any other would print euros as dollars, and 1,234 yen as 12.34.
 */
export const textSettings: Sql = sql`select
  pg_catalog.set_config('datestyle', 'ISO, YMD', true) is null as date_style,
  pg_catalog.set_config('intervalstyle', 'iso_8601', true) is null as interval_style,
  pg_catalog.set_config('timezone', 'UTC', true) is null as time_zone,
  pg_catalog.set_config('bytea_output', 'hex', true) is null as bytea_output,
  pg_catalog.set_config('extra_float_digits', '1', true) is null as extra_float_digits,
  -- For regclass and the like.
  pg_catalog.set_config('quote_all_identifiers', 'off', true) is null as quote_all_identifiers,
  pg_catalog.set_config('lc_monetary', (select reset_val from pg_catalog.pg_settings where name = 'lc_monetary'),
    true) is null as lc_monetary`;
