import type { Subject } from "@subject-rights/core";
import { type MappedTable, matchesOf, type ResolvedMap } from "../data-map/resolved-map.ts";
import { reachOrder } from "../reach/order.ts";
import { asTold, tellingColumns } from "../reach/telling.ts";

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
  const told = asTold(map);
  const telling = tellingColumns(told);
  return reachOrder(map, tables)
    .flat()
    .find((table) => {
      const types = matchesOf(table).map(({ identifier }) => identifier);
      const isOnlyMatched = types.length > 0 && types.length === table.belongs.length;
      const isTold = (type: string) =>
        telling.some(
          ({ table: other, match, rows }) =>
            other.table.oid !== table.table.oid &&
            match.identifier === type &&
            (rows === "reached" ? reachOrder(told, [other]).flat() : [other]).some((each) =>
              matchesOf(each).some(({ identifier }) => isKnown(identifier)),
            ),
        );
      return isOnlyMatched && !types.some((type) => isKnown(type) || isTold(type));
    });
};
