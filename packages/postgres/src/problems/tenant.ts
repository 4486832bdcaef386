import type { MapProblem } from "../data-map/problem.ts";
import { findColumn } from "../data-map/resolve.ts";
import type { ResolvedMap } from "../data-map/resolved-map.ts";
import { problemAt } from "./problem-at.ts";
import { isComparableWithText } from "./uncomparable.ts";

/** Tables that people are looked for in, and that do not say whose tenant a row is. */
export const tenantProblems = ({ tenant, tables }: ResolvedMap): readonly MapProblem[] => {
  if ("only" in tenant) return [];
  return tables
    .filter(({ belongs }) => belongs.some(({ kind }) => kind === "column"))
    .flatMap(({ table }) => {
      const column = findColumn(table, tenant.column);
      if (column === undefined) {
        return [
          problemAt(
            "no-tenant-column",
            table,
            tenant.column,
            "Its rows are matched by an identifier, and without this column they may be another tenant's. Add the " +
              "column, or let the table belong through one that has it.",
          ),
        ];
      }
      if (isComparableWithText(column)) return [];
      return [
        problemAt(
          "uncomparable",
          table,
          tenant.column,
          `A tenant's name cannot be compared with the type ${column.type.sql}. Use a column of text, numbers or uuid.`,
        ),
      ];
    });
};
