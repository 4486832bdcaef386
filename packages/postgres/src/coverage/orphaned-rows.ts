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
import { isStillSaid } from "../reach/nobodys.ts";
import { isOfSeveral } from "../reach/owners.ts";
import { join, type Sql, sql } from "../sql/sql.ts";
import type { FoundGap } from "./gap.ts";
import { leftRows } from "./left-rows.ts";
import { readWithin } from "./read-within.ts";
import type { Suspicion } from "./suspicion.ts";

/** Rows of which nothing says whose they are any more, and so nobody's erasure takes them. */
export const orphanedRows = async (map: ResolvedMap, database: Database): Promise<readonly FoundGap[]> => {
  const gaps: FoundGap[] = [];
  for (const suspicion of map.tables.flatMap((mapped) => [
    ...dangling(map, mapped),
    ...leftRows(map, mapped),
  ])) {
    const { mapped, others, columns, where, whether, message } = suspicion;
    const isHidden = [mapped, ...others].some(({ table }) => table.hasRowSecurity);
    const found = isHidden
      ? { unreadable: "a row security policy hides rows from this role" }
      : await readWithin(
          database,
          sql`select exists (select from ${tableName(mapped)} t where ${where})::text as found`,
        );
    const at = { table: mapped.table, column: columns.map(({ name }) => name).join(", ") };
    if ("unreadable" in found) {
      const unread = `Whether its rows ${whether} could not be looked up: ${found.unreadable}. Look as another role, or waive it.`;
      gaps.push({ code: "unreadable", ...at, message: unread });
    } else if (found.rows[0]?.["found"] === "true") {
      gaps.push({ code: "orphaned-rows", ...at, message });
    }
  }
  return gaps;
};

/** Rows that point at nobody. */
const dangling = (map: ResolvedMap, mapped: MappedTable): readonly Suspicion[] =>
  looseReferencesOf(map, mapped).flatMap((reference) => {
    const other = otherOf(map, reference);
    if (other === undefined) return [];
    return [
      {
        mapped,
        others: [other],
        columns: reference.pairs.map(({ here }) => here),
        where: isOrphaned(map, mapped, reference, other),
        whether: "point at nobody",
        message: messageOf(map, mapped, reference, other),
      },
    ];
  });

/** A row that points at nothing here, where none of its other pointers by the same column leads anywhere. */
const isOrphaned = (
  map: ResolvedMap,
  mapped: MappedTable,
  reference: ResolvedReference,
  other: MappedTable,
): Sql => {
  const { belongs } = mapped;
  const isElsewhere = belongs.flatMap((each) => {
    if (each.kind !== "references" || each === reference) return [];
    const target = otherOf(map, each);
    const isAlternative = each.pairs.some(({ here }) => reference.pairs.some((pair) => pair.here === here));
    return isAlternative && target !== undefined ? [sql`not ${isFound(each, target)}`] : [];
  });
  // What an erasure has left to whoever shares it is theirs, and points nowhere where the other was.
  const isShared = isOfSeveral(mapped)
    ? belongs.flatMap((each) =>
        each === reference ? [] : [sql`not ${isStillSaid(map, mapped, each, sql`t`)}`],
      )
    : [];
  return join(
    [isDangling(reference, other), ...isOfThisKind(reference, other), ...isElsewhere, ...isShared],
    sql` and `,
  );
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
