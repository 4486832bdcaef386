import type { Table } from "../catalog/catalog.ts";
import type { ResolvedMap } from "../data-map/resolved-map.ts";
import { foreignKeysFrom, foreignKeysTo } from "./family.ts";
import { columnsChangedByForeignKeys } from "./foreign-keys.ts";
import { anonymisedColumns } from "./what-happens.ts";

/**
 * Every column that an erasure changes in rows that stay: those that the map anonymises or unlinks, those that the
 * server changes along with these, however many foreign keys lie between, and those that are computed from them.
 */
export const changedColumns = (map: ResolvedMap): ReadonlyMap<Table, ReadonlySet<string>> => {
  const changed = new Map<Table, Set<string>>();
  const add = (table: Table, names: readonly string[]): void => {
    const known = changed.get(table) ?? new Set();
    const computed = table.columns.filter(({ computedFrom }) =>
      computedFrom.some((name) => names.includes(name)),
    );
    const news = [...names, ...computed.map(({ name }) => name)].filter((name) => !known.has(name));
    if (news.length === 0) return;
    changed.set(table, new Set([...known, ...news]));
    for (const key of foreignKeysTo(map.catalog, table)) {
      const follows = key.onUpdate === "cascade" && key.toColumns.some((name) => news.includes(name));
      if (!follows) continue;
      for (const other of map.catalog.tables) {
        if (foreignKeysFrom(map.catalog, other).includes(key)) add(other, key.columns);
      }
    }
  };
  for (const mapped of map.tables) {
    add(
      mapped.table,
      [...anonymisedColumns(mapped), ...mapped.kept.columns].map(({ column }) => column.name),
    );
  }
  for (const { table, foreignKey } of map.unlinks) add(table, foreignKey.columns);
  for (const table of map.catalog.tables) add(table, columnsChangedByForeignKeys(map, table));
  return changed;
};
