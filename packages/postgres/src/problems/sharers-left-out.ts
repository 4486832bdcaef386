import type { ForeignKey, Table } from "../catalog/catalog.ts";
import type { MapProblem } from "../data-map/problem.ts";
import { fullName } from "../data-map/resolve.ts";
import { type MappedTable, type ResolvedMap, titleOf } from "../data-map/resolved-map.ts";
import { foreignKeysTo, tableOf } from "./family.ts";
import { backReference, pointsAtOwnRowsOnly } from "./foreign-keys.ts";
import { problemAt } from "./problem-at.ts";
import { isDeletedSometime } from "./what-happens.ts";

/**
 * Foreign keys of rows that share what they point at, and that the map does not count among those who do: the address of a
 * warehouse is a customer's too, and would go, or be made anonymous, with the customer. Where the server refuses that, or
 * takes the rows along, the foreign key itself is a problem, and told as that.
 */
export const sharerLeftOutProblems = (map: ResolvedMap): readonly MapProblem[] =>
  sharersLeftOut(map)
    .filter(({ table, column }) => !isWaived(map, table, column))
    .map(({ table, column, message }) => problemAt("sharer-left-out", table, column, message));

interface LeftOut {
  readonly table: Table;
  readonly column: string;
  readonly message: string;
}

/** The same, whatever the map waives. */
export const sharersLeftOut = (map: ResolvedMap): readonly LeftOut[] =>
  map.tables.filter(isShared).flatMap((parent) =>
    foreignKeysTo(map.catalog, parent.table).flatMap((key) => {
      const table = tableOf(map, key.from);
      const child = map.tables.find((each) => each.table === table);
      const isCounted =
        child !== undefined && (child === parent || pointsAtOwnRowsOnly(map, child, parent, key));
      const isUnlinked = map.unlinks.some(({ foreignKey }) => foreignKey === key);
      if (table === undefined || isCounted || isUnlinked || !isSilent(parent, key)) return [];
      const column = key.columns.join(", ");
      const fate = isDeletedSometime(parent) ? "go" : "be made anonymous";
      return [
        {
          table,
          column,
          message:
            `Rows of ${titleOf(parent.table)} stay while others share them, and rows of this table, which point at them ` +
            `by (${column}), are not counted: what they point at would ${fate} with ` +
            `the last person. Map the table, and add ${backReference(map, key)} to what ${titleOf(parent.table)} ` +
            `belongs by. Where that is meant, name (${column}) under \`unlink\`, or waive the column.`,
        },
      ];
    }),
  );

const isShared = ({ belongs, kept }: MappedTable): boolean =>
  !kept.isNever && belongs.some(({ kind }) => kind === "referenced-by");

/** Whether nothing else would say it: rows that are deleted leave NULL or a default behind, or they stay. */
const isSilent = (parent: MappedTable, { onDelete }: ForeignKey): boolean =>
  !isDeletedSometime(parent) || onDelete === "set null" || onDelete === "set default";

const isWaived = ({ waivers }: ResolvedMap, { schema, name }: Table, column: string): boolean =>
  waivers.some((waiver) => {
    const named = fullName(waiver.table);
    return named.schema === schema && named.name === name && waiver.column === column;
  });
