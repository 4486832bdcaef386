import { type MappedTable, type ResolvedUnlink, retentionOf } from "../data-map/resolved-map.ts";
import type { Session } from "../database/database.ts";
import { linkName, sameKey, tableName } from "../reach/columns.ts";
import { ownWayOf } from "../reach/owners.ts";
import type { Reach } from "../reach/reach.ts";
import { join, name, type Sql, sql } from "../sql/sql.ts";
import type { Erasing } from "./erasing.ts";
import { keptUntil } from "./facts.ts";

/** Takes the references of other rows off those that will be deleted: a ticket's agent, who leaves. */
export const unlinkRows = async (
  session: Session,
  { map, tables, today }: Pick<Erasing, "map" | "tables" | "today">,
  reachOf: (wanted: readonly MappedTable[]) => Reach,
): Promise<void> => {
  for (const unlink of map.unlinks) {
    const { table, foreignKey, columns } = unlink;
    const target = targetOf(tables, unlink);
    // Before the erasure, rows would be lost from sight that belong to the person by just these columns.
    if (target === undefined || ownWayOf(map, unlink) !== null) continue;
    const { sets, set } = reachOf([target]);
    const pointsAt = join(
      columns.map(
        (column, index) => sql`u.${name(column.name)} = t.${name(foreignKey.toColumns[index] ?? "")}`,
      ),
      sql` and `,
    );
    await session.query(sql`${sets} update ${name(table.schema, table.name)} u
      set ${join(columns.map((column) => sql`${name(column.name)} = null`))}
      from ${tableName(target)} t join ${set(target)} r on ${sameKey(target, sql`t`, sql`r`)}
      where ${pointsAt} and ${willGo(target, today)}`);
  }
};

const targetOf = (tables: readonly MappedTable[], { foreignKey }: ResolvedUnlink): MappedTable | undefined =>
  tables.find((each) => each.table.oid === foreignKey.to && each.erasure !== "anonymise");

/**
 * What a row that stays for somebody else has in the columns by which it points at rows of the person that go: nothing
 * any more. Said where the row is changed anyway, in the statement that takes those rows.
 */
export const unlinkAssignments = (
  { map, tables, today }: Pick<Erasing, "map" | "tables" | "today">,
  staying: MappedTable,
  set: (table: MappedTable) => Sql,
): readonly Sql[] =>
  map.unlinks.flatMap((unlink) => {
    const target = targetOf(tables, unlink);
    const way = ownWayOf(map, unlink);
    if (target === undefined || way === null || unlink.table.oid !== staying.table.oid) return [];
    const pointsAt = way.pairs.map(
      ({ here, there }) => sql`g.${name(linkName(there))} = t.${name(here.name)}`,
    );
    const isGone = retentionOf(target.erasure) === null ? sql`true` : sql`g.${keptUntil} < ${today}::date`;
    const goes = sql`exists (select from ${set(target)} g where ${join([...pointsAt, isGone], sql` and `)})`;
    return unlink.columns.map(
      (column) => sql`${name(column.name)} = case when ${goes} then null else t.${name(column.name)} end`,
    );
  });

const willGo = (target: MappedTable, today: string) =>
  retentionOf(target.erasure) === null ? sql`true` : sql`r.${keptUntil} < ${today}::date`;
