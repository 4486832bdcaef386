import type { Session } from "../database/database.ts";
import { type Sql, sql } from "../sql/sql.ts";

/**
 * Changes whenever something about these tables changes that a check of the data map depends on: columns, keys,
 * foreign keys to and from them, triggers with their functions, rules, privileges. Every change of a schema writes
 * new rows into the system's catalog; their transaction numbers are looked at.
 */
export const fingerprintOf = (oids: readonly number[]): Sql => {
  // An array, read once: the catalog's indexes are used, however many tables there are beside these.
  const mapped = sql`any ((select m.oids from mapped m)::oid[])`;
  return sql`(
    with mapped as (select ${oids.map(String)}::oid[] as oids)
    select md5(concat_ws(';', current_user,
      (select string_agg(concat_ws(':', c.oid, c.relnamespace, c.relname, c.relrowsecurity, c.relacl), ',' order by c.oid)
        from pg_catalog.pg_class c where c.oid = ${mapped}),
      (select string_agg(concat(a.attrelid, ':', a.attnum, ':', a.xmin), ',' order by a.attrelid, a.attnum)
        from pg_catalog.pg_attribute a where a.attrelid = ${mapped} and a.attnum > 0),
      (select string_agg(concat(k.oid, ':', k.xmin), ',' order by k.oid) from pg_catalog.pg_constraint k
        where k.conrelid = ${mapped} or k.contype = 'f' and k.confrelid = ${mapped}),
      (select string_agg(concat(i.indexrelid, ':', i.xmin), ',' order by i.indexrelid) from pg_catalog.pg_index i
        where i.indrelid = ${mapped} and (i.indisunique or i.indisexclusion)),
      (select string_agg(concat(g.oid, ':', g.xmin, ':', p.xmin), ',' order by g.oid)
        from pg_catalog.pg_trigger g join pg_catalog.pg_proc p on p.oid = g.tgfoid
        where g.tgrelid = ${mapped} and not g.tgisinternal),
      (select string_agg(concat(r.oid, ':', r.xmin), ',' order by r.oid) from pg_catalog.pg_rewrite r
        where r.ev_class = ${mapped}),
      (select string_agg(i.inhrelid::text, ',' order by i.inhrelid) from pg_catalog.pg_inherits i
        where i.inhparent = ${mapped})
    )))`;
};

/** Asks for the fingerprint of these tables. */
export const readFingerprint = async (session: Session, oids: readonly number[]): Promise<string> => {
  const [row] = await session.query(sql`select ${fingerprintOf(oids)} as fingerprint`);
  return row?.["fingerprint"] ?? "";
};
