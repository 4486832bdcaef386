import type { Table } from "../catalog/catalog.ts";
import { type ResolvedMap, titleOf } from "../data-map/resolved-map.ts";
import type { FoundGap } from "./gap.ts";
import type { Families } from "./table-families.ts";

/** Materialised views that are made of a mapped table, also through other views: they keep what they once read. */
export const copiesOfMapped = ({ catalog }: ResolvedMap, families: Families): readonly FoundGap[] => {
  const byOid = new Map(catalog.tables.map((table) => [table.oid, table]));
  const madeOf = (table: Table, seen: Set<Table>): ReadonlySet<Table> => {
    for (const oid of table.madeOf) {
      const other = byOid.get(oid);
      if (other === undefined || seen.has(other)) continue;
      seen.add(other);
      madeOf(other, seen);
    }
    return seen;
  };
  return catalog.tables.flatMap((table): FoundGap[] => {
    if (table.kind !== "materialised view") return [];
    const origins = new Set<string>();
    for (const { oid } of madeOf(table, new Set())) {
      const family = families.of(oid);
      if (family !== undefined && families.isMapped(family)) origins.add(titleOf(family.root));
    }
    if (origins.size === 0) return [];
    const message =
      `It keeps a copy of ${[...origins].toSorted().join(", ")}, erased rows included until it is refreshed. ` +
      "Refresh it after an erasure, and waive it with how that is done.";
    return [{ code: "copy-of-mapped", table, column: null, message }];
  });
};
