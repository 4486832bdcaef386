import { z } from "zod";
import { type MappedTable, type ResolvedMap, retentionOf } from "../data-map/resolved-map.ts";
import type { Session } from "../database/database.ts";
import { listOf } from "../problems/problem-at.ts";
import { tablesOnTrust } from "../problems/triggers.ts";
import { anonymisedColumns } from "../problems/what-happens.ts";
import { keyColumns, sameKey, tableName } from "../reach/columns.ts";
import type { Facts, Reach } from "../reach/reach.ts";
import { join, name, type Sql, sql } from "../sql/sql.ts";
import { isAnonymised } from "./anonymised.ts";
import { isKept, type Today } from "./counts.ts";
import { erasureFacts, isDue } from "./facts.ts";
import { reachHeld } from "./holding.ts";
import { RowsLeft } from "./rows-left.ts";

interface Watching extends Today {
  readonly map: ResolvedMap;
  readonly tables: readonly MappedTable[];
}

type Anonymised = MappedTable["columns"] | MappedTable["kept"]["columns"];

/** A row: its key, the values that are made anonymous, and the columns in which one of these stands already. */
const rowsSchema = z.array(
  z.tuple([z.array(z.string()), z.array(z.string().nullable()), z.array(z.string())]),
);
const columnsSchema = z.array(z.string());

/**
 * Remembers what stands in rows that are about to be made anonymous, where a trigger runs of which nobody but the map says
 * that it takes nothing over. What it returns looks whether one of these values stands in another column of the same row by
 * then, in which it did not before. A table without a key has no rows that are found again.
 *
 * @param reachOf as `reach`, and `reachMany`
 * @returns to be called when everything has run; throws `RowsLeft`
 */
export const watchTakenOver = async (
  session: Session,
  { map, tables, today, timeZone }: Watching,
  reachOf: (wanted: readonly MappedTable[], facts: Facts) => Reach,
): Promise<() => Promise<void>> => {
  const onTrust = tables.filter(({ table, key }) => key !== null && onTrustIn(map).has(table));
  const own = onTrust.filter((table) => anonymisedColumns(table).length > 0);
  const inKept = onTrust.filter(({ kept }) => kept.columns.length > 0);
  if (own.length + inKept.length === 0) return async () => undefined;
  const { sets, set, kept } = reachHeld(
    map,
    [...new Set([...own, ...inKept])],
    erasureFacts(timeZone),
    reachOf,
  );
  const watched = [
    ...own.map((table) => {
      const isGoing = retentionOf(table.erasure) === null ? isDue : sql`${isDue} and ${isKept(today)}`;
      return {
        table,
        columns: anonymisedColumns(table),
        rows: sql`(select * from ${set(table)} where ${isGoing})`,
      };
    }),
    ...inKept.flatMap((table) => {
      const rows = kept(table);
      return rows === null ? [] : [{ table, columns: table.kept.columns, rows }];
    }),
  ];
  const rows = watched.map(({ table, columns, rows: found }) => {
    const key = keyColumns(table).map(({ from }) => sql`${from(sql`t`)}::text`);
    return sql`(select coalesce(json_agg(json_build_array(json_build_array(${join(key)}), to_json(o.going),
        ${columnsHolding(table, columns, sql`o.going`)})), '[]')
      from ${found} r join ${tableName(table)} t on ${sameKey(table, sql`t`, sql`r`)}
        cross join lateral (select ${goingOf(columns)} as going) o)`;
  });
  const [row] = await session.query(sql`${sets} select json_build_array(${join(rows)})::text as rows`);
  const before = z.array(rowsSchema).parse(JSON.parse(row?.["rows"] ?? "null"));
  return async () => {
    for (const [index, { table, columns }] of watched.entries()) {
      const taken = await takenOverIn(session, table, columns, before[index] ?? []);
      if (taken.length > 0) {
        throw new RowsLeft(table.map.title, `a trigger puts what is made anonymous into ${listOf(taken)}`);
      }
    }
  };
};

const takenOverIn = async (
  session: Session,
  table: MappedTable,
  columns: Anonymised,
  before: z.infer<typeof rowsSchema>,
): Promise<readonly string[]> => {
  if (before.length === 0) return [];
  const isThis = keyColumns(table).map(
    ({ from, type }, index) => sql`${from(sql`t`)} = (b.row -> 0 ->> ${index}::int)::${type}`,
  );
  const [row] = await session.query(sql`
    select coalesce(json_agg(distinct c.taken), '[]')::text as columns
    from jsonb_array_elements(${JSON.stringify(before)}::jsonb) as b (row)
      join ${tableName(table)} t on ${join(isThis, sql` and `)}
      cross join lateral (select array(select jsonb_array_elements_text(b.row -> 1)) as going) o
      cross join lateral json_array_elements_text(${columnsHolding(table, columns, sql`o.going`)}) as c (taken)
    where not b.row -> 2 ? c.taken`);
  return columnsSchema.parse(JSON.parse(row?.["columns"] ?? "null"));
};

/** The values of a row `t` that are made anonymous, as words; null for those that tell nothing. */
const goingOf = (columns: Anonymised): Sql =>
  sql`array[${join(
    columns.map(({ column, anonymise }) => {
      const held = sql`t.${name(column.name)}`;
      const done = anonymise === null ? null : isAnonymised(held, column.type, anonymise);
      const words = sql`nullif(${wordsOf(held)}, '')`;
      return done === null ? words : sql`case when ${done} then null else ${words} end`;
    }),
  )}]::text[]`;

/** Text without regard to letter case, and to what stands between its words. */
const wordsOf = (held: Sql): Sql =>
  sql`btrim(regexp_replace(lower(${held}::text), '[^[:alnum:]]+', ' ', 'g'))`;

/** The columns of a row `t` that stay as they are, and hold one of these values: not in which a number may be any number. */
const columnsHolding = (table: MappedTable, columns: Anonymised, going: Sql): Sql => {
  const anonymised = columns.map(({ column }) => column);
  const staying = table.table.columns.filter(
    (column) => !anonymised.includes(column) && column.computedBy === null && isOfWords(column.type),
  );
  if (staying.length === 0) return sql`'[]'::json`;
  const values = staying.map((column) => sql`(${column.name}, ${wordsOf(sql`t.${name(column.name)}`)})`);
  return sql`(select coalesce(json_agg(n.name), '[]') from (values ${join(values)}) as n (name, words)
    where exists (select from unnest(${going}) as v (words)
      where v.words ~ '..' and (v.words ~ '[^0-9 ]' or v.words ~ '.{5}')
        and position(' ' || v.words || ' ' in ' ' || n.words || ' ') > 0))`;
};

/** Strings, arrays, composites, and what is of nobody's category, as JSON. A day or an amount says nobody's name. */
const isOfWords = ({ category }: { readonly category: string }): boolean =>
  ["S", "U", "A", "C"].includes(category);

const known = new WeakMap<ResolvedMap, ReturnType<typeof tablesOnTrust>>();

const onTrustIn = (map: ResolvedMap): ReturnType<typeof tablesOnTrust> => {
  const tables = known.get(map) ?? tablesOnTrust(map);
  known.set(map, tables);
  return tables;
};
