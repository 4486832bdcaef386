import type { MapProblem } from "../data-map/problem.ts";
import type { ResolvedMap } from "../data-map/resolved-map.ts";
import { isReachedThrough, ownMatchesOf } from "../reach/telling.ts";
import { problemAt } from "./problem-at.ts";

/**
 * Columns with somebody's identifier in rows that may be the person's for another reason: whom an invitation names may
 * be somebody else than who has sent it. What others may share pulls in nobody, and is not asked about.
 */
export const ambiguousIdentifierProblems = (map: ResolvedMap): readonly MapProblem[] =>
  map.tables.filter(isReachedThrough).flatMap((mapped) =>
    ownMatchesOf(map, mapped)
      .filter(({ identifies, shared }) => identifies === null && !shared)
      .map(({ column, identifier }) => {
        const match = `{ column: "${column.name}", identifier: "${identifier}"`;
        return problemAt(
          "ambiguous-identifier",
          mapped.table,
          column.name,
          "Rows of this table also belong to a person through another table, and this column may then name somebody " +
            `else. Write ${match}, identifies: false } where it may (whom a user has invited), or ` +
            `${match}, identifies: true } where it is always the same person's (a user's further addresses).`,
        );
      }),
  );
