import type { MappedTable, ResolvedMap } from "../data-map/resolved-map.ts";
import type { Session } from "../database/session.ts";
import { foreignKeysTo, mappedOver } from "../problems/family.ts";
import { keyColumns, sameKey, tableName } from "../reach/columns.ts";
import type { Keeping, Reach } from "../reach/reach.ts";
import { join, name, type Sql, sql } from "../sql/sql.ts";

/**
 * Waits for whoever works on the rows that an erasure would act on, and locks them, in one order. Only those of tables
 * in which the role may change something: others cannot be locked.
 *
 * @param reachOf as `reach`, and `reachMany`
 */
export const lockRows = async (
  session: Session,
  { map, tables }: { readonly map: ResolvedMap; readonly tables: readonly MappedTable[] },
  reachOf: (wanted: readonly MappedTable[], keeping: Keeping) => Reach,
): Promise<void> => {
  const lockable = tables.filter(({ table }) => table.columns.some(({ mayUpdate }) => mayUpdate));
  if (lockable.length === 0) return;
  const { sets, set, kept } = reachOf(lockable, () => sql`true`);
  const locks = lockable.flatMap((table) => {
    // A row that stays may be pointed at all the while by what is nobody's here.
    const staysAlone = table.erasure === "anonymise" && !isPointedAt(map, table);
    const strength = staysAlone ? sql`no key update` : sql`update`;
    const staying = kept(table);
    return [
      locked(table, set(table), strength),
      ...(staying === null || !isChangedInKept(map, table)
        ? []
        : [locked(table, staying, sql`no key update`)]),
    ];
  });
  const named = locks.map((lock, index) => sql`${name(`locked_${index}`)} as (${lock})`);
  const counts = locks.map((_, index) => sql`(select count(*) from ${name(`locked_${index}`)})`);
  await session.query(sql`${sets}, ${join(named)} select (${join(counts, sql` + `)})::text as locked`);
};

/**
 * Whether rows of the map point at rows of the table by a foreign key: one that is being inserted holds the row that it
 * points at, and is the person's too.
 */
const isPointedAt = (map: ResolvedMap, { table }: MappedTable): boolean =>
  foreignKeysTo(map.catalog, table).some(({ from }) => mappedOver(map, from) !== undefined);

const isChangedInKept = ({ unlinks }: ResolvedMap, { table, kept }: MappedTable): boolean =>
  kept.columns.length > 0 || unlinks.some((unlink) => unlink.table.oid === table.oid);

const locked = (table: MappedTable, found: Sql, strength: Sql): Sql => {
  const key = join(keyColumns(table).map(({ from }) => from(sql`t`)));
  return sql`select 1 from ${tableName(table)} t join ${found} r on ${sameKey(table, sql`t`, sql`r`)}
    order by ${key} for ${strength} of t`;
};
