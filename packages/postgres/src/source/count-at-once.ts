import { fingerprintOf } from "../catalog/fingerprint.ts";
import type { MappedTable, ResolvedMap } from "../data-map/resolved-map.ts";
import type { Database } from "../database/database.ts";
import { sqlState } from "../database/failure.ts";
import { type Counting, countStatement, readCounts, type TableCount } from "../erasure/counts.ts";
import type { LastChecked } from "./checked-map.ts";
import { unfindableTable } from "./missing-identifier.ts";

/** Syntax error or access rule violation: a table or a column is gone, for one. */
const accessClass = "42";

/**
 * Counts in a single round trip, with the map as it was checked last; the schema's fingerprint comes in the same
 * answer.
 *
 * @returns null where that is not enough: the schema has changed, or the person has to be identified first
 */
export const countAtOnce = async (
  database: Database,
  { map, oids, fingerprint }: LastChecked,
  { tables, person, today }: Omit<Counting, "map">,
): Promise<readonly TableCount[] | null> => {
  const { subject } = person;
  const isKnown = (type: string) => subject.values(type).length > 0;
  if (unfindableTable(map, tables, subject) !== undefined || !isFoundAlready(map, isKnown)) return null;
  try {
    const [row] = await database.query(countStatement({ map, tables, person, today }, fingerprintOf(oids)));
    return row?.["also"] === fingerprint ? readCounts(tables, row["counts"]) : null;
  } catch (thrown) {
    if (sqlState(thrown)?.startsWith(accessClass)) return null;
    throw thrown;
  }
};

/**
 * Whether an identifier that is not known yet could lead to no further rows: it is the key of one table, and is told
 * by that table's own rows, which are found already.
 */
export const isFoundAlready = ({ tables }: ResolvedMap, isKnown: (type: string) => boolean): boolean => {
  const matched = tables.flatMap((table) =>
    table.belongs.flatMap((each) => (each.kind === "column" ? [{ table, ...each }] : [])),
  );
  return matched.every(
    ({ table, column, identifier, shared }) =>
      shared ||
      isKnown(identifier) ||
      (isKey(table, column.name) && matched.filter((each) => each.identifier === identifier).length === 1),
  );
};

const isKey = ({ table }: MappedTable, column: string): boolean =>
  table.uniques.some(({ isPlain, columns }) => isPlain && columns.length === 1 && columns[0] === column);
