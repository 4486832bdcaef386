import { type MappedTable, retentionOf } from "../data-map/resolved-map.ts";
import type { Session } from "../database/database.ts";
import { sameKey, tableName } from "../reach/columns.ts";
import type { Reach } from "../reach/reach.ts";
import { join, name, sql } from "../sql/sql.ts";
import type { Erasing } from "./erasing.ts";
import { keptUntil } from "./facts.ts";

/** Takes the references of other rows off those that will be deleted: a ticket's agent, who leaves. */
export const unlinkRows = async (
  session: Session,
  { map, tables, today }: Pick<Erasing, "map" | "tables" | "today">,
  reachOf: (wanted: readonly MappedTable[]) => Reach,
): Promise<void> => {
  for (const { table, foreignKey, columns } of map.unlinks) {
    const target = tables.find((each) => each.table.oid === foreignKey.to && each.erasure !== "anonymise");
    if (target === undefined) continue;
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

const willGo = (target: MappedTable, today: string) =>
  retentionOf(target.erasure) === null ? sql`true` : sql`r.${keptUntil} < ${today}::date`;
