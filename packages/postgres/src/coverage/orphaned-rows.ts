import {
  type MappedTable,
  matchesOf,
  type ResolvedMap,
  type ResolvedReference,
  titleOf,
} from "../data-map/resolved-map.ts";
import type { Database } from "../database/database.ts";
import { tableName } from "../reach/columns.ts";
import {
  isDangling,
  isFound,
  looseReferencesOf,
  namedReferencesOf,
  otherOf,
} from "../reach/named-references.ts";
import { join, type Sql, sql } from "../sql/sql.ts";
import type { FoundGap } from "./gap.ts";
import { readWithin } from "./read-within.ts";

/** Rows that point at nobody: whose they were cannot be told any more, and so nobody's erasure takes them. */
export const orphanedRows = async (map: ResolvedMap, database: Database): Promise<readonly FoundGap[]> => {
  const gaps: FoundGap[] = [];
  for (const mapped of map.tables) {
    const { table } = mapped;
    for (const reference of looseReferencesOf(map, mapped)) {
      const other = otherOf(map, reference);
      if (other === undefined) continue;
      const isHidden = table.hasRowSecurity || other.table.hasRowSecurity;
      const isOne = isOrphaned(map, mapped, reference, other);
      const found = isHidden
        ? { unreadable: "a row security policy hides rows from this role" }
        : await readWithin(
            database,
            sql`select exists (select from ${tableName(mapped)} t where ${isOne})::text as found`,
          );
      const column = reference.pairs.map(({ here }) => here.name).join(", ");
      if ("unreadable" in found) {
        const message = `Whether its rows point at nobody could not be looked up: ${found.unreadable}. Look as another role, or waive it.`;
        gaps.push({ code: "unreadable", table, column, message });
      } else if (found.rows[0]?.["found"] === "true") {
        gaps.push({
          code: "orphaned-rows",
          table,
          column,
          message: messageOf(map, mapped, reference, other),
        });
      }
    }
  }
  return gaps;
};

/** A row that points at nothing here, where none of its other pointers by the same column leads anywhere. */
const isOrphaned = (
  map: ResolvedMap,
  { belongs }: MappedTable,
  reference: ResolvedReference,
  other: MappedTable,
): Sql => {
  const isElsewhere = belongs.flatMap((each) => {
    if (each.kind !== "references" || each === reference) return [];
    const target = otherOf(map, each);
    const isAlternative = each.pairs.some(({ here }) => reference.pairs.some((pair) => pair.here === here));
    return isAlternative && target !== undefined ? [sql`not ${isFound(each, target)}`] : [];
  });
  return join([isDangling(reference, other), ...isOfThisKind(reference, other), ...isElsewhere], sql` and `);
};

/** What beside its key says which table is meant has to be as in rows of that: the kind of what is pointed at. */
const isOfThisKind = ({ pairs }: ResolvedReference, other: MappedTable): readonly Sql[] => {
  const names = new Set([...(other.key ?? []), ...matchesOf(other).map(({ column }) => column)]);
  const kinds = pairs.filter(({ there }) => !names.has(there));
  return kinds.length === pairs.length ? [] : kinds.map((pair) => isFound({ pairs: [pair] }, other));
};

const messageOf = (
  map: ResolvedMap,
  mapped: MappedTable,
  reference: ResolvedReference,
  other: MappedTable,
): string => {
  const named = namedReferencesOf(map, mapped).find((each) => each.reference === reference);
  const findable =
    named === undefined
      ? "Nobody's request finds them."
      : `Only a request that names the ${named.match.identifier} itself finds them.`;
  return `Some of its rows point at a row of ${titleOf(other.table)} that is not there. ${findable} Delete those rows, or waive it.`;
};
