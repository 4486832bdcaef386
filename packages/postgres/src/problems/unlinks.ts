import type { Column, Table } from "../catalog/catalog.ts";
import type { MapProblem } from "../data-map/problem.ts";
import type { ResolvedMap } from "../data-map/resolved-map.ts";
import { ownWayOf } from "../reach/owners.ts";
import { mappedOver } from "./family.ts";
import { problemAt } from "./problem-at.ts";
import { decidingColumns } from "./what-happens.ts";

/** Foreign keys that cannot be set to NULL. Privileges are told of elsewhere. */
export const unlinkProblems = (map: ResolvedMap): readonly MapProblem[] =>
  map.unlinks.flatMap((unlink) => {
    const { table, columns } = unlink;
    // A row that stays for the other whose it is needs only the way that leads there.
    if (ownWayOf(map, unlink) !== null) return columns.flatMap((column) => impossible(table, column));
    const deciding = decidingColumns(map, (mappedOver(map, table.oid)?.table ?? table).oid);
    return columns.flatMap((column) => {
      const told = impossible(table, column);
      return told.length === 0 && deciding.has(column.name)
        ? [
            problemAt(
              "unlink-impossible",
              table,
              column.name,
              "This column decides whose a row is: unlinked, the rows would be lost from sight. Take it out of " +
                "`unlink`, or let the rows belong in another way.",
            ),
          ]
        : told;
    });
  });

const impossible = (table: Table, { name, isNotNull, isGenerated }: Column): readonly MapProblem[] => {
  const complain = (message: string) => [problemAt("unlink-impossible", table, name, message)];
  if (isNotNull)
    return complain("Unlinking sets the column to NULL, and it is NOT NULL. Drop that, or map its rows.");
  if (isGenerated) return complain("The database computes this column. Unlink what it is computed from.");
  return [];
};
