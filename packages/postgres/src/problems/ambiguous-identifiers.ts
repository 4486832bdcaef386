import type { MapProblem } from "../data-map/problem.ts";
import type { MappedTable, ResolvedMap, ResolvedMatch } from "../data-map/resolved-map.ts";
import { isReachedThrough, ownMatchesOf } from "../reach/telling.ts";
import { problemAt } from "./problem-at.ts";

/**
 * Columns with somebody's identifier in rows that may be the person's for another reason: whom an invitation names may
 * be somebody else than who has sent it, and the second address in a customer's row that of a colleague. What others may
 * share pulls in nobody, and is not asked about.
 */
export const ambiguousIdentifierProblems = (map: ResolvedMap): readonly MapProblem[] =>
  map.tables.flatMap((mapped) => {
    const open = ownMatchesOf(map, mapped).filter(({ identifies, shared }) => identifies === null && !shared);
    return isReachedThrough(mapped)
      ? open.map((match) =>
          askedOf(mapped, match, "Rows of this table also belong to a person through another table"),
        )
      : open.flatMap((match, index) => {
          // The first is taken at its word: whose the row is.
          const first = open.findIndex(({ identifier }) => identifier === match.identifier);
          if (first === index) return [];
          const other = open[first]?.column.name;
          return askedOf(
            mapped,
            match,
            `Rows of this table are matched by the same kind of identifier in "${other}"`,
          );
        });
  });

const askedOf = ({ table }: MappedTable, { column, identifier }: ResolvedMatch, why: string): MapProblem => {
  const match = `{ column: "${column.name}", identifier: "${identifier}"`;
  return problemAt(
    "ambiguous-identifier",
    table,
    column.name,
    `${why}, and this column may then name somebody else. Write ${match}, identifies: false } where it may (whom a ` +
      `user has invited), or ${match}, identifies: true } where it is always the same person's (a user's further ` +
      "addresses). Whoever is named in a matched column is found by it: where the row is not theirs at all, leave it out.",
  );
};
