import {
  type MappedTable,
  type ResolvedMap,
  type ResolvedReference,
  retentionOf,
  titleOf,
} from "../data-map/resolved-map.ts";
import { dueCondition } from "../erasure/due.ts";
import { otherOf } from "../reach/named-references.ts";
import { isSomebodys } from "../reach/nobodys.ts";
import { sql } from "../sql/sql.ts";
import type { Suspicion } from "./suspicion.ts";

/** Rows that were shared, and that nobody points at any more: the last one took their reference away, and not the row. */
export const leftRows = (map: ResolvedMap, mapped: MappedTable): readonly Suspicion[] => {
  const isBack = (each: MappedTable["belongs"][number]): each is ResolvedReference =>
    each.kind === "referenced-by";
  const back = mapped.belongs.filter(isBack);
  if (back.length === 0) return [];
  const through = mapped.belongs.filter((each): each is ResolvedReference => each.kind !== "column");
  const others = through.flatMap((each) => otherOf(map, each) ?? []);
  const isDue = retentionOf(mapped.erasure) === null ? dueCondition(mapped, sql`t`) : sql`true`;
  const pointing = back.flatMap((each) => otherOf(map, each) ?? []).map(({ table }) => titleOf(table));
  return [
    {
      mapped,
      others,
      columns: [...new Set(back.flatMap(({ pairs }) => pairs.map(({ here }) => here)))],
      where: sql`not ${isSomebodys(map, mapped, sql`t`)} and ${isDue}`,
      whether: "are pointed at by anybody",
      message:
        `No row of ${[...new Set(pointing)].join(", ")} that is somebody's points at some of its rows. Nobody's ` +
        "request finds them. Delete those rows, or waive it.",
    },
  ];
};
