import { type Category, categoriesReached } from "@subject-rights/core";
import type { MappedColumn, MappedTable, ResolvedBelonging, ResolvedMap } from "../data-map/resolved-map.ts";

/** Rows that the map may delete: at once, or when the date comes. */
export const isDeletedSometime = ({ erasure }: MappedTable): boolean => erasure !== "anonymise";

/** Whether an erasure in this category reaches the rows of that table. */
export const isErasedWith = ({ categories }: MappedTable, category: Category): boolean =>
  categoriesReached("erasure", category).some((reached) => categories.includes(reached));

/** The anonymised columns; none where the row goes, and they with it. */
export const anonymisedColumns = (mapped: MappedTable): readonly MappedColumn[] =>
  mapped.erasure === "delete" ? [] : mapped.columns.filter(({ anonymise }) => anonymise !== null);

export const anonymisationOf = (mapped: MappedTable, column: string): MappedColumn["anonymise"] =>
  anonymisedColumns(mapped).find((each) => each.column.name === column)?.anonymise ?? null;

/** Whether the old value can no longer be found in the column. A coarser one may be what it was. */
const isReplaced = (mapped: MappedTable, column: string): boolean => {
  const anonymise = anonymisationOf(mapped, column);
  return (
    anonymise === "null" ||
    anonymise === "hash" ||
    (typeof anonymise === "object" && anonymise !== null && "constant" in anonymise)
  );
};

/** Whether a row that belonged in this way does so no longer once both tables have been anonymised. */
export const isSevered = (
  mapped: MappedTable,
  belonging: ResolvedBelonging,
  other: MappedTable | undefined,
): boolean =>
  belonging.kind === "column"
    ? isReplaced(mapped, belonging.column.name)
    : belonging.pairs.some(
        ({ here, there }) =>
          isReplaced(mapped, here.name) || (other !== undefined && isReplaced(other, there.name)),
      );

/** Whether every column that decides it stays as it is. */
export const isLasting = (
  mapped: MappedTable,
  belonging: ResolvedBelonging,
  other: MappedTable | undefined,
): boolean =>
  belonging.kind === "column"
    ? anonymisationOf(mapped, belonging.column.name) === null
    : belonging.pairs.every(
        ({ here, there }) =>
          anonymisationOf(mapped, here.name) === null &&
          (other === undefined || anonymisationOf(other, there.name) === null),
      );

/** The columns of a table that decide which rows belong to whom, also those that others point at. */
export const decidingColumns = (map: ResolvedMap, oid: number): ReadonlySet<string> => {
  const names = new Set<string>();
  for (const { table, belongs } of map.tables) {
    for (const belonging of belongs) {
      if (belonging.kind === "column") {
        if (table.oid === oid) names.add(belonging.column.name);
        continue;
      }
      for (const { here, there } of belonging.pairs) {
        if (table.oid === oid) names.add(here.name);
        if (belonging.other === oid) names.add(there.name);
      }
    }
  }
  return names;
};

/** The tables whose rows can be reached, starting from those that satisfy `isStart`, along what `leads`. */
export const reached = (
  map: ResolvedMap,
  takesPart: (mapped: MappedTable) => boolean,
  leads: (mapped: MappedTable, belonging: ResolvedBelonging, other: MappedTable | undefined) => boolean,
): ReadonlySet<number> => {
  const found = new Set<number>();
  for (let before = -1; before !== found.size; ) {
    before = found.size;
    for (const mapped of map.tables) {
      if (found.has(mapped.table.oid) || !takesPart(mapped)) continue;
      const isReached = mapped.belongs.some((belonging) => {
        if (belonging.kind === "column") return leads(mapped, belonging, undefined);
        const other = map.tables.find(({ table }) => table.oid === belonging.other);
        return found.has(belonging.other) && leads(mapped, belonging, other);
      });
      if (isReached) found.add(mapped.table.oid);
    }
  }
  return found;
};
