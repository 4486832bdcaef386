import type { MappedTable, ResolvedMap } from "../data-map/resolved-map.ts";

/**
 * The tables that are needed to find rows of those that are asked for, so that whatever a table belongs through
 * comes before it. Tables that belong through each other, or through themselves, come as one group.
 */
export const reachOrder = (
  map: ResolvedMap,
  wanted: readonly MappedTable[],
): readonly (readonly MappedTable[])[] => {
  const through = (table: MappedTable): readonly MappedTable[] =>
    table.belongs.flatMap((each) =>
      each.kind === "column" ? [] : map.tables.filter((other) => other.table.oid === each.other),
    );
  /** Every table that this one belongs through, at whatever distance. */
  const ancestors = (table: MappedTable): ReadonlySet<MappedTable> => {
    const found = new Set<MappedTable>();
    const visit = (each: MappedTable): void => {
      for (const other of through(each)) {
        if (found.has(other)) continue;
        found.add(other);
        visit(other);
      }
    };
    visit(table);
    return found;
  };
  const known = new Map(map.tables.map((table) => [table, ancestors(table)]));
  const needed = map.tables.filter(
    (table) => wanted.includes(table) || wanted.some((each) => known.get(each)?.has(table)),
  );
  const isTogether = (one: MappedTable, other: MappedTable) =>
    one === other || (known.get(one)?.has(other) === true && known.get(other)?.has(one) === true);
  const groups: MappedTable[][] = [];
  for (const table of needed) {
    const group = groups.find(([first]) => first !== undefined && isTogether(first, table));
    if (group === undefined) groups.push([table]);
    else group.push(table);
  }
  // Whatever has more tables above it comes later: a group has all those of the groups it belongs through, and them.
  const height = ([first]: readonly MappedTable[]) =>
    first === undefined ? 0 : (known.get(first)?.size ?? 0);
  return groups.toSorted((one, other) => height(one) - height(other));
};

/** Whether the rows of a group lead to further rows of the same group. */
export const isRecursive = (group: readonly MappedTable[]): boolean =>
  group.some(({ belongs }) =>
    belongs.some((each) => each.kind !== "column" && group.some(({ table }) => table.oid === each.other)),
  );
