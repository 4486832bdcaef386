import type { PGlite } from "@electric-sql/pglite";

/**
 * How many rows of each table of a database name somebody, tables of the library included: a look through the back
 * door, that asks no data source.
 *
 * @returns `["public.customers", "1 row"]` and so on; tables without a mention are left out
 */
export const databaseMentions = async (
  client: PGlite,
  names: readonly string[],
): Promise<readonly (readonly [table: string, rows: string])[]> => {
  // The server itself writes the names of its tables into the statements.
  const { rows: tables } = await client.query<{ title: string; count: string }>(`
    select format('%s.%s', schemaname, tablename) as title,
      format('select count(*)::int as mentions from %I.%I t where t::text ilike any ($1)', schemaname, tablename) as count
    from pg_tables where schemaname not in ('pg_catalog', 'information_schema') order by 1`);
  const found: (readonly [string, string])[] = [];
  for (const { title, count } of tables) {
    const { rows } = await client.query<{ mentions: number }>(count, [names.map((name) => `%${name}%`)]);
    const mentions = rows[0]?.mentions ?? 0;
    if (mentions > 0) found.push([title, mentions === 1 ? "1 row" : `${mentions} rows`]);
  }
  return found;
};
