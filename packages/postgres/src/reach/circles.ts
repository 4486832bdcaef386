import type { MappedTable, ResolvedMap, ResolvedMatch } from "../data-map/resolved-map.ts";
import { join, name, type Sql, sql } from "../sql/sql.ts";
import { linkName, rowName, sameKey, tableName } from "./columns.ts";
import { isLeftToOthers, isOthersToo, staysWithWays } from "./owners.ts";

/** What is asked of tables that belong through each other. */
interface Circle {
  readonly map: ResolvedMap;
  readonly group: readonly MappedTable[];
  /** The rows that are reached in any way, by the name of their set. */
  readonly found: (table: MappedTable) => Sql;
  /** The sets of rows that are nobody else's, which are made here; of other tables, the sets that are there. */
  readonly set: (table: MappedTable) => Sql;
  readonly isTheirs: (match: ResolvedMatch) => Sql;
}

/** Whether rows that belong through each other may stay for others. */
export const isJudgedInCircle = (map: ResolvedMap, group: readonly MappedTable[]): boolean =>
  group.some((table) => isLeftToOthers(map, table));

/**
 * Of rows that belong through each other, those that are nobody else's too. Whether one is depends on whether the row is
 * that it belongs through: so first all are taken that are reached, then those of them are left that lead to somebody else,
 * and step by step what belongs through these.
 */
export const ownInCircle = ({ map, group, found, set, isTheirs }: Circle): readonly Sql[] => {
  const [first] = group;
  if (first === undefined) return [];
  const place = map.tables.indexOf(first);
  const [links, left] = [name(`circle_links_${place}`), name(`circle_left_${place}`)];
  const setOf = (table: MappedTable) => (group.includes(table) ? found(table) : set(table));
  const joined = (table: MappedTable) =>
    sql`${found(table)} x join ${tableName(table)} t on ${sameKey(table, sql`t`, sql`x`)}`;
  const steps = group.filter(staysWithWays).flatMap((table) =>
    table.belongs.flatMap((each) => {
      const above = group.find((member) => each.kind === "references" && member.table.oid === each.other);
      if (each.kind !== "references" || above === undefined) return [];
      const isLinked = each.pairs.map(
        ({ here, there }) => sql`a.${name(linkName(there))} = t.${name(here.name)}`,
      );
      return [
        sql`select ${rowName(map, table, sql`x`)} as key, ${rowName(map, above, sql`a`)} as above
          from ${joined(table)} join ${found(above)} a on ${join(isLinked, sql` and `)}`,
      ];
    }),
  );
  const begins = group
    .filter((table) => isLeftToOthers(map, table))
    .map(
      (table) => sql`select ${rowName(map, table, sql`x`)} as key from ${joined(table)}
        where ${isOthersToo(map, table, setOf, isTheirs)}`,
    );
  const none = sql`select null::text as key, null::text as above where false`;
  return [
    sql`${links} as (${steps.length === 0 ? none : join(steps, sql` union `)})`,
    sql`${left} (key) as (${join(begins, sql` union `)} union
      select s.key from ${left} l join ${links} s on s.above = l.key)`,
    ...group.map(
      (table) => sql`${set(table)} as (select x.* from ${found(table)} x
        where ${rowName(map, table, sql`x`)} not in (select key from ${left}))`,
    ),
  ];
};
