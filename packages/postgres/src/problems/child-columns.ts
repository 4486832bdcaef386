import type { MapProblem } from "../data-map/problem.ts";
import type { ResolvedMap } from "../data-map/resolved-map.ts";
import { familyOf } from "./family.ts";
import { listOf, problemAt } from "./problem-at.ts";
import { anonymisedColumns } from "./what-happens.ts";

/**
 * Columns that only a table has which inherits from a mapped one: where rows are made anonymous, what stands in these would
 * stay, and no map can say anything of them.
 */
export const childColumnProblems = (map: ResolvedMap): readonly MapProblem[] =>
  map.tables
    .filter((mapped) => mapped.erasure === "anonymise" || anonymisedColumns(mapped).length > 0)
    .flatMap(({ table }) => {
      const known = new Set(table.columns.map(({ name }) => name));
      return familyOf(map.catalog, table).flatMap((child) => {
        const own = child.columns.map(({ name }) => name).filter((name) => !known.has(name));
        return own.length === 0
          ? []
          : [
              problemAt(
                "columns-of-children",
                child,
                own.length === 1 ? (own[0] ?? null) : null,
                `The table inherits from ${table.schema}.${table.name}, of which rows are made anonymous, and has columns ` +
                  `of its own (${listOf(own)}), which would stay as they are. Move them into a table that is mapped, take ` +
                  "the table out of the inheritance (NO INHERIT) and map it by itself, or have the rows deleted.",
              ),
            ];
      });
    });
