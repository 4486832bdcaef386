import type { Subject } from "@subject-rights/core";
import type { MappedTable, ResolvedMap } from "../data-map/resolved-map.ts";
import { reachOrder } from "../reach/order.ts";

/**
 * A table whose rows could only be found by an identifier that is not known, and that no other table of the map would
 * have told: not finding it says nothing. Undefined where there is none.
 */
export const unfindableTable = (
  map: ResolvedMap,
  tables: readonly MappedTable[],
  subject: Subject,
): MappedTable | undefined => {
  const isKnown = (type: string) => subject.values(type).length > 0;
  const typesOf = (table: MappedTable) =>
    table.belongs.flatMap((each) => (each.kind === "column" ? [each.identifier] : []));
  return reachOrder(map, tables)
    .flat()
    .find((table) => {
      const types = typesOf(table);
      const isOnlyMatched = types.length > 0 && types.length === table.belongs.length;
      const isTold = (type: string) =>
        map.tables.some(
          (other) => other !== table && typesOf(other).includes(type) && typesOf(other).some(isKnown),
        );
      return isOnlyMatched && !types.some((type) => isKnown(type) || isTold(type));
    });
};
