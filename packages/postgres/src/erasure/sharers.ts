import type { MappedTable, ResolvedMap } from "../data-map/resolved-map.ts";
import type { Session } from "../database/session.ts";
import { keyColumns } from "../reach/columns.ts";
import { reachOrder } from "../reach/order.ts";
import { decidesWhoShares } from "../reach/owners.ts";
import type { Keeping, Reach } from "../reach/reach.ts";
import { join, sql } from "../sql/sql.ts";

/** The first of the two numbers of the locks: nobody else's are meant. */
const lockClass = 746_389_512;

/** Locks stand in memory that all connections share: a thousand rows of one erasure must not fill it. */
const mostLocks = 256;

/**
 * Waits for other erasures that leave the same rows to those who share them. Of two people who share a row and are
 * erased at the same moment, each would see the other's reference, and leave the row to nobody: the second one looks
 * when the first has ended, in the statements that follow. Locks are taken in one order, so that no two wait for each
 * other; they are not on the rows, so that the application's own work goes on.
 */
export const awaitSharers = async (
  session: Session,
  { map, tables }: { readonly map: ResolvedMap; readonly tables: readonly MappedTable[] },
  reachOf: (wanted: readonly MappedTable[], keeping: Keeping) => Reach,
): Promise<void> => {
  const decided = reachOrder(map, tables)
    .flat()
    .filter((table) => decidesWhoShares(map, table));
  if (decided.length === 0) return;
  const { sets, kept } = reachOf(decided, () => sql`true`);
  const rows = decided.flatMap((table) => {
    const staying = kept(table);
    if (staying === null) return [];
    const keys = join(keyColumns(table).map(({ as }) => sql`r.${as}::text`));
    return [sql`select json_build_array(${table.table.oid}, ${keys})::text as key from ${staying} r`];
  });
  await session.query(
    sql`${sets} select pg_advisory_xact_lock(${lockClass}::int, l.place)::text as locked
    from (select distinct abs(hashtext(s.key) % ${mostLocks}::int) as place
      from (${join(rows, sql` union all `)}) s order by place offset 0) l`.prepared(),
  );
};
