import type { Table, Unique } from "../catalog/catalog.ts";
import type { MapProblem } from "../data-map/problem.ts";
import { findColumn } from "../data-map/resolve.ts";
import type { MappedTable, ResolvedMap } from "../data-map/resolved-map.ts";
import { familyOf } from "./family.ts";
import { makesEqual } from "./fixed-value.ts";
import { problemAt } from "./problem-at.ts";
import { anonymisationOf, anonymisedColumns } from "./what-happens.ts";

/** Values that would be the same in two rows where the schema wants them to differ. */
export const uniqueProblems = (map: ResolvedMap): readonly MapProblem[] =>
  map.tables.flatMap((mapped) =>
    anonymisedColumns(mapped).flatMap(({ column, anonymise }) => {
      const broken = familyOf(map.catalog, mapped.table)
        .flatMap((table) => table.uniques.map((unique) => ({ table, unique })))
        .filter(({ table, unique }) => uses(table, unique, column.name))
        .find(({ table, unique }) =>
          anonymise === "null"
            ? unique.nullsNotDistinct && !isKeptApart(mapped, table, unique)
            : makesEqual(anonymise) && !isKeptApart(mapped, table, unique),
        );
      if (broken === undefined) return [];
      const { unique } = broken;
      const what = unique.isExclusion ? "an exclusion constraint" : "unique";
      const instead = anonymise === "null" ? '"hash"' : '"hash" or "null"';
      return [
        problemAt(
          "unique-broken",
          mapped.table,
          column.name,
          `Several people would get the same value, and "${unique.name}" is ${what}. Use ${instead} instead.`,
        ),
      ];
    }),
  );

/** Whether the column decides what an index holds, also by way of a column that is computed from it. */
const uses = (table: Table, { columns }: Unique, column: string): boolean =>
  columns.some((name) => name === column || findColumn(table, name)?.computedFrom.includes(column) === true);

/** Whether the other columns of an index tell any two rows apart, whatever becomes of these. */
const isKeptApart = (mapped: MappedTable, table: Table, unique: Unique): boolean => {
  if (!unique.isPlain || unique.isExclusion) return false;
  const anonymisations = unique.columns.map((name) => anonymisationOf(mapped, name));
  if (!unique.nullsNotDistinct && anonymisations.includes("null")) return true;
  const stays = (name: string): boolean => {
    const anonymise = anonymisationOf(mapped, name);
    const from = findColumn(table, name)?.computedFrom ?? [];
    return (anonymise === null || anonymise === "hash") && from.every(stays);
  };
  const staying = unique.columns.filter(stays);
  return table.uniques.some(
    (key) =>
      key !== unique &&
      key.isPlain &&
      !key.isExclusion &&
      key.columns.every((name) => staying.includes(name)) &&
      // NULLs of a nullable key are distinct in that key, and need not be in this index.
      (!unique.nullsNotDistinct || key.columns.every((name) => findColumn(table, name)?.isNotNull === true)),
  );
};
