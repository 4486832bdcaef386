import type { Session } from "../database/database.ts";
import { type Sql, sql } from "../sql/sql.ts";

/**
 * Statements over many tables are estimated as dear, and hold few rows of one person: with `jit` on, which it is from the
 * start, the server compiles each of them for seconds. For the transaction only.
 */
export const withoutCompiling: Sql = sql`pg_catalog.set_config('jit', 'off', true)`;

/**
 * Changes whenever something about these tables changes that a check of the data map depends on: columns, keys,
 * foreign keys to and from them, triggers with their functions, rules, privileges. Every change of a schema writes
 * new rows into the system's catalog; their transaction numbers are looked at, in any order.
 */
export const fingerprintOf = (oids: readonly number[]): Sql => {
  // An array, read once: the catalog's indexes are used, however many tables there are beside these.
  const mapped = sql`any ((select m.oids from mapped m)::oid[])`;
  return sql`(
    with mapped as (select ${oids.map(String)}::oid[] as oids)
    select md5(concat_ws(';', current_user,
      (select sum(hashtextextended(concat_ws(':', c.oid, c.relnamespace, c.relname, c.relrowsecurity, c.relacl), 0))
        from pg_catalog.pg_class c where c.oid = ${mapped}),
      (select sum(hashtextextended(concat(a.attrelid, ':', a.attnum, ':', a.xmin), 0))
        from pg_catalog.pg_attribute a where a.attrelid = ${mapped} and a.attnum > 0),
      (select sum(hashtextextended(concat(k.oid, ':', k.xmin), 0)) from pg_catalog.pg_constraint k
        where k.conrelid = ${mapped} or k.contype = 'f' and k.confrelid = ${mapped}),
      (select sum(hashtextextended(concat(i.indexrelid, ':', i.xmin), 0)) from pg_catalog.pg_index i
        where i.indrelid = ${mapped} and (i.indisunique or i.indisexclusion)),
      (select sum(hashtextextended(concat(g.oid, ':', g.xmin, ':', p.xmin), 0))
        from pg_catalog.pg_trigger g join pg_catalog.pg_proc p on p.oid = g.tgfoid
        where g.tgrelid = ${mapped} and not g.tgisinternal),
      (select sum(hashtextextended(concat(r.oid, ':', r.xmin), 0)) from pg_catalog.pg_rewrite r
        where r.ev_class = ${mapped}),
      (select sum(hashtextextended(i.inhrelid::text, 0)) from pg_catalog.pg_inherits i
        where i.inhparent = ${mapped})
    )))`;
};

/**
 * Asks for the fingerprint of these tables, and has what follows in the transaction compiled no more: in its first
 * question, so that it costs no round trip.
 */
export const readFingerprint = async (session: Session, oids: readonly number[]): Promise<string> => {
  const [row] = await session.query(
    sql`select ${fingerprintOf(oids)} as fingerprint, ${withoutCompiling} as jit`.prepared(),
  );
  return row?.["fingerprint"] ?? "";
};
