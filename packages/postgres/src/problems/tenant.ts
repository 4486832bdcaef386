import type { MapProblem } from "../data-map/problem.ts";
import { findColumn } from "../data-map/resolve.ts";
import type { ResolvedMap } from "../data-map/resolved-map.ts";
import { problemAt } from "./problem-at.ts";

/**
 * Types of which each value is written in one way. Of any other two tenants to the library may be one here: a hold under
 * the one would keep nobody from being erased under the other.
 */
const writtenInOneWay: readonly string[] = ["text", "varchar", "uuid", "int2", "int4", "int8"];

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
      if (column.type.structure === "b" && writtenInOneWay.includes(column.type.base)) return [];
      return [
        problemAt(
          "uncomparable",
          table,
          tenant.column,
          `A tenant's name is compared letter by letter, and a value of the type ${column.type.sql} can be written in ` +
            "several ways. Use a column of text, whole numbers or uuid, such as a generated one.",
        ),
      ];
    });
};
