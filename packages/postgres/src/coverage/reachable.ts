import type { ForeignKey } from "../catalog/catalog.ts";
import { type ResolvedMap, titleOf } from "../data-map/resolved-map.ts";
import type { FoundGap } from "./gap.ts";
import type { Families, TableFamily } from "./table-families.ts";

interface Link {
  readonly from: TableFamily;
  readonly to: TableFamily;
  readonly columns: string;
}

/** How far a table is from a mapped one, and the first link of a shortest path there. */
interface Reached {
  readonly distance: number;
  readonly via: Link | null;
}

/**
 * Tables outside of the map whose rows point at a mapped table, directly or through others outside of the map: one
 * gap a foreign key. Links that the map unlinks, or waives, are told not to make their rows a person's, so nobody
 * follows them further.
 */
export const reachableTables = (
  { catalog, unlinks }: ResolvedMap,
  families: Families,
  isWaived: (gap: FoundGap) => boolean,
): { readonly gaps: readonly FoundGap[]; readonly isReached: (family: TableFamily) => boolean } => {
  const unlinked = new Set(unlinks.map(({ foreignKey }) => foreignKey));
  const links = catalog.foreignKeys
    .filter((key) => !unlinked.has(key))
    .flatMap((key) => linkOf(key, families))
    .filter(({ from, to }) => from !== to && !families.isMapped(from));
  const followed = links.filter((link) => !isWaived(gapOf(link, new Map())));
  const reached = new Map<TableFamily, Reached>();
  for (const family of families.all) {
    if (families.isMapped(family)) reached.set(family, { distance: 0, via: null });
  }
  for (let distance = 1, grown = true; grown; distance += 1) {
    const next = followed.filter(
      ({ from, to }) => !reached.has(from) && reached.get(to)?.distance === distance - 1,
    );
    for (const link of next) if (!reached.has(link.from)) reached.set(link.from, { distance, via: link });
    grown = next.length > 0;
  }
  const leadsOn = (link: Link): boolean => {
    const there = reached.get(link.to)?.distance;
    if (there === undefined) return false;
    // A link to a table that is further away itself tells nothing new.
    return !followed.includes(link) || there < (reached.get(link.from)?.distance ?? 0);
  };
  return {
    gaps: links.filter(leadsOn).map((link) => gapOf(link, reached)),
    isReached: (family) => reached.has(family),
  };
};

const linkOf = (key: ForeignKey, families: Families): Link[] => {
  const [from, to] = [families.of(key.from), families.of(key.to)];
  return from === undefined || to === undefined ? [] : [{ from, to, columns: key.columns.join(", ") }];
};

const gapOf = (link: Link, reached: ReadonlyMap<TableFamily, Reached>): FoundGap => ({
  code: "unmapped-table-reachable",
  table: link.from.root,
  column: link.columns,
  message: `Its rows may belong to a person: ${pathOf(link, reached).join(" → ")}. Map the table.`,
});

const pathOf = (link: Link, reached: ReadonlyMap<TableFamily, Reached>): readonly string[] => {
  const here = `${titleOf(link.from.root)} (${link.columns})`;
  const next = reached.get(link.to)?.via ?? null;
  return [here, ...(next === null ? [titleOf(link.to.root)] : pathOf(next, reached))];
};
