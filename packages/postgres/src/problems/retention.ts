import type { MapProblem } from "../data-map/problem.ts";
import { findColumn } from "../data-map/resolve.ts";
import { type MappedTable, type ResolvedMap, retentionOf } from "../data-map/resolved-map.ts";
import { lasts } from "./lasts.ts";
import { problemAt } from "./problem-at.ts";
import { assignedColumns } from "./triggers.ts";
import { anonymisationOf, isLasting, reached } from "./what-happens.ts";

/** Rows that are kept, and that nobody could find, or date, when their time has come. */
export const retentionProblems = (map: ResolvedMap): readonly MapProblem[] =>
  map.tables.flatMap((mapped) => {
    if (retentionOf(mapped.erasure) === null) return [];
    const isFound = reached(
      map,
      // Of any category: an erasure of another one must not hide the rows either.
      (each) => each.erasure !== "delete" && (each === mapped || lasts(each, mapped) !== "shorter"),
      isLasting,
    ).has(mapped.table.oid);
    return [...(isFound ? [] : [outOfReach(mapped)]), ...undated(map, mapped)];
  });

const outOfReach = ({ table }: MappedTable): MapProblem =>
  problemAt(
    "retained-out-of-reach",
    table,
    null,
    "Nothing would lead to the retained rows any more when their time has come: on each way to them something is " +
      "deleted, or anonymised. Match this table, or the one it belongs through, by an identifier that stays, such " +
      "as a customer number, and retain the tables in between for as long.",
  );

const undated = (map: ResolvedMap, mapped: MappedTable): readonly MapProblem[] => {
  const until = retentionOf(mapped.erasure)?.until;
  if (typeof until !== "object") return [];
  const column = findColumn(mapped.table, until.column);
  const complain = (message: string) => [
    problemAt(
      "retention-without-date",
      mapped.table,
      until.column,
      `The retention counts from this column, ${message}`,
    ),
  ];
  if (column === undefined || !["date", "timestamp", "timestamptz"].includes(column.type.base)) {
    return complain("which is neither a date nor a timestamp. Name one that is.");
  }
  if (!column.isNotNull) {
    return complain(
      "which may be NULL: such a row would be kept for ever. Make it NOT NULL, or name another.",
    );
  }
  if (anonymisationOf(mapped, until.column) !== null) {
    return complain("and anonymising it would move the date. Leave it as it is, or name another.");
  }
  return assignedColumns(map, mapped.table).includes(until.column.toLowerCase())
    ? complain(
        "and a trigger sets it anew when a row is made anonymous, which would move the date. Name another.",
      )
    : [];
};
