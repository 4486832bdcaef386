import { z } from "zod";
import type { Session } from "../database/database.ts";
import { type Sql, sql } from "../sql/sql.ts";
import type { Catalog } from "./catalog.ts";

const names = z.array(z.string());
const action = z.enum(["no action", "restrict", "cascade", "set null", "set default"]);

const catalogSchema = z.object({
  tables: z.array(
    z.object({
      oid: z.number(),
      schema: z.string(),
      name: z.string(),
      kind: z.enum(["table", "partitioned table", "view", "materialised view", "foreign table"]),
      parents: z.array(z.number()),
      hasRowSecurity: z.boolean(),
      mayDelete: z.boolean(),
      maySelect: z.boolean(),
      estimatedRows: z.number(),
      columns: z.array(
        z.object({
          number: z.number(),
          name: z.string(),
          type: z.object({
            oid: z.number(),
            sql: z.string(),
            base: z.string(),
            baseOid: z.number(),
            structure: z.enum(["b", "c", "e", "r", "m", "p"]),
            category: z.string(),
            maxLength: z.number().nullable(),
            isDeterministic: z.boolean(),
            folding: z.enum(["unicode", "turkic", "plain", "unknown"]),
          }),
          isNotNull: z.boolean(),
          isGenerated: z.boolean(),
          computedFrom: names,
          defaultBy: z.string().nullable(),
          computedBy: z.string().nullable(),
          maySelect: z.boolean(),
          mayUpdate: z.boolean(),
        }),
      ),
      uniques: z.array(
        z.object({
          name: z.string(),
          isPrimary: z.boolean(),
          isPlain: z.boolean(),
          columns: names,
          nullsNotDistinct: z.boolean(),
          isExclusion: z.boolean(),
        }),
      ),
      checks: z.array(z.object({ name: z.string(), columns: names, sql: z.string() })),
      partitionKey: names,
      triggers: z.array(
        z.object({
          name: z.string(),
          onDelete: z.boolean(),
          onUpdate: z.boolean(),
          onInsert: z.boolean(),
          isBefore: z.boolean(),
          isForEachRow: z.boolean(),
          callsInCondition: z.boolean(),
          columns: names,
          language: z.string(),
          source: z.string(),
          parameters: names,
        }),
      ),
      rules: z.array(z.object({ name: z.string(), on: z.enum(["update", "insert", "delete", "select"]) })),
      madeOf: z.array(z.number()),
    }),
  ),
  foreignKeys: z.array(
    z.object({
      name: z.string(),
      from: z.number(),
      columns: names,
      to: z.number(),
      toColumns: names,
      onDelete: action,
      onUpdate: action,
      isMatchFull: z.boolean(),
      isValidated: z.boolean(),
    }),
  ),
}) satisfies z.core.$ZodType<Catalog>;

/** The system's own schemas, and the temporary ones. */
const ownSchemas = sql`n.nspname not like 'pg\\_%' and n.nspname <> 'information_schema'`;

/** PostgreSQL 18 has constraints that are only declared. */
const isEnforced = sql`coalesce((to_jsonb(k) ->> 'conenforced')::boolean, true)`;

/** A `citext`, and what has no collation of its own, is folded by that of the database, which is 100 everywhere. */
const foldedBy = sql`case when t.typname = 'citext' or a.attcollation = 0 then 100 else a.attcollation end`;

const byDefault = (letter: Sql): Sql => sql`lower(${letter} collate pg_catalog."default")`;

/** A letter in capitals beyond ASCII. No constant: planning would ask for it in encodings that have no such number. */
const beyondAscii = sql`chr(196 + 0 * a.attnum)`;

const foldingByDefault = sql`case when ${byDefault(sql`'I'::text`)} <> 'i' then 'turkic'
  when ${byDefault(beyondAscii)} = ${beyondAscii} then 'plain' else 'unicode' end`;

/** Of a collation: its locale stands in another column in each version. */
const localeOfCollation = sql`concat_ws(' ', to_jsonb(l) ->> 'collctype', to_jsonb(l) ->> 'colliculocale',
  to_jsonb(l) ->> 'colllocale')`;

const foldingByLocale = sql`case when ${localeOfCollation} ~ '^(C|POSIX)$' then 'plain'
  when ${localeOfCollation} ~ '(^| )(tr|az)([-_.@ ]|$)' then 'turkic' else 'unicode' end`;

const catalogQuery = sql`
with visible as (
  select c.*, n.nspname
  from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
  where c.relkind in ('r', 'p', 'v', 'm', 'f') and ${ownSchemas}
),
base_type as (
  -- A domain may be made of a domain. All other types are their own, and are left out: there are hundreds.
  with recursive chain as (
    select t.oid as declared, t.oid, t.typtype, t.typbasetype, t.typnotnull, t.typtypmod from pg_catalog.pg_type t
    where t.typtype = 'd'
    union all
    select chain.declared, t.oid, t.typtype, t.typbasetype, chain.typnotnull or t.typnotnull,
      case when chain.typtypmod = -1 then t.typtypmod else chain.typtypmod end
    from chain join pg_catalog.pg_type t on t.oid = chain.typbasetype
    where chain.typtype = 'd'
  )
  select declared, oid, typnotnull, typtypmod from chain where typtype <> 'd'
)
select json_build_object(
  'tables', coalesce((select json_agg(json_build_object(
    'oid', c.oid::int8,
    'schema', c.nspname,
    'name', c.relname,
    'kind', case c.relkind when 'r' then 'table' when 'p' then 'partitioned table' when 'v' then 'view'
      when 'm' then 'materialised view' else 'foreign table' end,
    'parents', coalesce((select json_agg(i.inhparent::int8) from pg_catalog.pg_inherits i
      where i.inhrelid = c.oid), '[]'),
    'hasRowSecurity', row_security_active(c.oid),
    'mayDelete', u.may_use and has_table_privilege(c.oid, 'DELETE'),
    'maySelect', u.may_use and has_table_privilege(c.oid, 'SELECT'),
    'estimatedRows', c.reltuples,
    'columns', coalesce((select json_agg(json_build_object(
        'number', a.attnum,
        'name', a.attname,
        'type', json_build_object(
          'oid', a.atttypid::int8,
          'sql', format_type(a.atttypid, a.atttypmod),
          'base', t.typname,
          'baseOid', t.oid::int8,
          'structure', t.typtype,
          'category', t.typcategory,
          'maxLength', case when t.typname in ('varchar', 'bpchar')
            then nullif(greatest(case when a.atttypmod = -1 then coalesce(b.typtypmod, -1) else a.atttypmod end - 4, 0), 0) end,
          'isDeterministic', coalesce((select l.collisdeterministic from pg_catalog.pg_collation l
            where l.oid = a.attcollation), true),
          'folding', case when getdatabaseencoding() <> 'UTF8' then 'unknown' else coalesce((
            select case when l.collprovider = 'd' then ${foldingByDefault} else ${foldingByLocale} end
            from pg_catalog.pg_collation l where l.oid = ${foldedBy}), 'unicode') end),
        'isNotNull', a.attnotnull or coalesce(b.typnotnull, false),
        'isGenerated', a.attgenerated <> '' or a.attidentity = 'a',
        'computedFrom', coalesce((select json_agg(distinct f.attname)
          from pg_catalog.pg_attrdef x
          join pg_catalog.pg_depend d on d.classid = 'pg_catalog.pg_attrdef'::regclass and d.objid = x.oid
            and d.refclassid = 'pg_catalog.pg_class'::regclass and d.refobjid = c.oid and d.refobjsubid <> a.attnum
          join pg_catalog.pg_attribute f on f.attrelid = c.oid and f.attnum = d.refobjsubid
          where a.attgenerated <> '' and x.adrelid = c.oid and x.adnum = a.attnum), '[]'),
        'defaultBy', (select pg_get_expr(x.adbin, x.adrelid) from pg_catalog.pg_attrdef x
          where a.attgenerated = '' and x.adrelid = c.oid and x.adnum = a.attnum),
        'computedBy', (select pg_get_expr(x.adbin, x.adrelid) from pg_catalog.pg_attrdef x
          where a.attgenerated <> '' and x.adrelid = c.oid and x.adnum = a.attnum),
        'maySelect', u.may_use and has_column_privilege(c.oid, a.attnum, 'SELECT'),
        'mayUpdate', u.may_use and has_column_privilege(c.oid, a.attnum, 'UPDATE')) order by a.attnum)
      from pg_catalog.pg_attribute a
      left join base_type b on b.declared = a.atttypid
      join pg_catalog.pg_type t on t.oid = coalesce(b.oid, a.atttypid)
      where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped), '[]'),
    'uniques', coalesce((select json_agg(json_build_object(
        'name', x.relname,
        'isPrimary', i.indisprimary,
        'isPlain', i.indisunique and i.indpred is null and i.indexprs is null and i.indisvalid and i.indimmediate,
        'columns', coalesce((select json_agg(a.attname order by array_position(i.indkey::int2[], a.attnum))
          from pg_catalog.pg_attribute a
          where a.attrelid = c.oid and not a.attisdropped and (a.attnum = any ((i.indkey::int2[])[0:i.indnkeyatts - 1])
            or i.indexprs is not null and exists (select from pg_catalog.pg_depend d
              where d.classid = 'pg_catalog.pg_class'::regclass and d.objid = i.indexrelid
                and d.refclassid = 'pg_catalog.pg_class'::regclass and d.refobjid = c.oid
                and d.refobjsubid = a.attnum))), '[]'),
        'nullsNotDistinct', coalesce((to_jsonb(i) ->> 'indnullsnotdistinct')::boolean, false),
        'isExclusion', i.indisexclusion) order by i.indisprimary desc, x.relname)
      from pg_catalog.pg_index i join pg_catalog.pg_class x on x.oid = i.indexrelid
      where i.indrelid = c.oid and (i.indisunique or i.indisexclusion)), '[]'),
    'checks', coalesce((select json_agg(json_build_object(
        'name', k.conname,
        'columns', coalesce((select json_agg(a.attname) from pg_catalog.pg_attribute a
          where a.attrelid = c.oid and a.attnum = any (k.conkey)), '[]'),
        'sql', pg_get_expr(k.conbin, k.conrelid)) order by k.conname)
      from pg_catalog.pg_constraint k where k.conrelid = c.oid and k.contype = 'c' and ${isEnforced}), '[]'),
    'partitionKey', coalesce((select json_agg(a.attname) from pg_catalog.pg_partitioned_table y
      join pg_catalog.pg_attribute a on a.attrelid = c.oid and (a.attnum = any (y.partattrs::int2[])
        or y.partexprs is not null and exists (select from pg_catalog.pg_depend d
          where d.classid = 'pg_catalog.pg_class'::regclass and d.objid = c.oid and d.objsubid = a.attnum
            and d.refclassid = 'pg_catalog.pg_class'::regclass and d.refobjid = c.oid and d.refobjsubid = 0))
      where y.partrelid = c.oid), '[]'),
    'triggers', coalesce((select json_agg(json_build_object(
        'name', g.tgname,
        'onDelete', g.tgtype & 8 <> 0,
        'onUpdate', g.tgtype & 16 <> 0,
        'onInsert', g.tgtype & 4 <> 0,
        'isBefore', g.tgtype & 2 <> 0,
        'isForEachRow', g.tgtype & 1 <> 0,
        'callsInCondition', g.tgqual is not null and exists (select from pg_catalog.pg_depend d
          where d.classid = 'pg_catalog.pg_trigger'::regclass and d.objid = g.oid
            and d.refclassid = 'pg_catalog.pg_proc'::regclass and d.refobjid <> g.tgfoid),
        'columns', coalesce((select json_agg(a.attname) from pg_catalog.pg_attribute a
          where a.attrelid = c.oid and a.attnum = any (g.tgattr::int2[])), '[]'),
        'language', l.lanname,
        'source', p.prosrc,
        -- Texts in one value, each with a zero byte behind it.
        'parameters', coalesce((select json_agg(convert_from(decode(x.text, 'escape'), getdatabaseencoding()) order by x.place)
          from unnest(string_to_array(encode(g.tgargs, 'escape'), chr(92) || '000')) with ordinality as x (text, place)
          where x.place <= g.tgnargs), '[]')) order by g.tgname)
      from pg_catalog.pg_trigger g join pg_catalog.pg_proc p on p.oid = g.tgfoid
      join pg_catalog.pg_language l on l.oid = p.prolang
      where g.tgrelid = c.oid and not g.tgisinternal and g.tgenabled <> 'D' and g.tgtype & 28 <> 0), '[]'),
    'rules', coalesce((select json_agg(json_build_object(
        'name', r.rulename,
        'on', case r.ev_type when '1' then 'select' when '2' then 'update' when '3' then 'insert' else 'delete' end)
        order by r.rulename)
      from pg_catalog.pg_rewrite r
      where r.ev_class = c.oid and r.rulename <> '_RETURN' and r.ev_enabled <> 'D'), '[]'),
    'madeOf', coalesce((select json_agg(distinct d.refobjid::int8)
      from pg_catalog.pg_rewrite r join pg_catalog.pg_depend d
        on d.classid = 'pg_catalog.pg_rewrite'::regclass and d.objid = r.oid
        and d.refclassid = 'pg_catalog.pg_class'::regclass and d.refobjid <> c.oid
      where r.ev_class = c.oid and r.rulename = '_RETURN'), '[]')
  ) order by c.nspname, c.relname) from visible c
    cross join lateral (select has_schema_privilege(c.relnamespace, 'USAGE') as may_use) u), '[]'),
  'foreignKeys', coalesce((select json_agg(json_build_object(
    'name', k.conname,
    'from', k.conrelid::int8,
    'columns', (select json_agg(a.attname order by u.place)
      from unnest(k.conkey) with ordinality u (number, place)
      join pg_catalog.pg_attribute a on a.attrelid = k.conrelid and a.attnum = u.number),
    'to', k.confrelid::int8,
    'toColumns', (select json_agg(a.attname order by u.place)
      from unnest(k.confkey) with ordinality u (number, place)
      join pg_catalog.pg_attribute a on a.attrelid = k.confrelid and a.attnum = u.number),
    'onDelete', ${actionOf("confdeltype")},
    'onUpdate', ${actionOf("confupdtype")},
    'isMatchFull', k.confmatchtype = 'f',
    'isValidated', k.convalidated) order by k.conrelid, k.conname)
    from pg_catalog.pg_constraint k
    where k.contype = 'f' and k.conparentid = 0 and ${isEnforced}
      and exists (select from visible where visible.oid = k.conrelid)
      and exists (select from visible where visible.oid = k.confrelid)), '[]')
)::text as catalog`;

function actionOf(column: "confdeltype" | "confupdtype") {
  return column === "confdeltype"
    ? sql`case k.confdeltype when 'a' then 'no action' when 'r' then 'restrict' when 'c' then 'cascade'
        when 'n' then 'set null' else 'set default' end`
    : sql`case k.confupdtype when 'a' then 'no action' when 'r' then 'restrict' when 'c' then 'cascade'
        when 'n' then 'set null' else 'set default' end`;
}

/** Reads the schema as the role that asks may see it. */
export const readCatalog = (asked: Session): Promise<Catalog> =>
  asked.transaction(async (session) => {
    // With an empty search path the server names every type and function in full: they mean the same everywhere.
    const [before] = await session.query(sql`select current_setting('search_path') as path`);
    await session.query(sql`select set_config('search_path', '', true)`);
    const [row] = await session.query(catalogQuery);
    await session.query(sql`select set_config('search_path', ${before?.["path"] ?? ""}, true)`);
    return catalogSchema.parse(JSON.parse(row?.["catalog"] ?? "null"));
  });
