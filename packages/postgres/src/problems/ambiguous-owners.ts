import type { MapProblem } from "../data-map/problem.ts";
import type { ResolvedBelonging, ResolvedMap } from "../data-map/resolved-map.ts";
import { isOfSeveral, ownersOf } from "../reach/owners.ts";
import { problemAt } from "./problem-at.ts";

/** Rows that may be of two people at once, and of which the map does not say what becomes of them when one goes. */
export const ambiguousOwnerProblems = (map: ResolvedMap): readonly MapProblem[] =>
  map.tables
    .filter((mapped) => isOfSeveral(mapped) && !mapped.kept.isSaid)
    .map((mapped) =>
      problemAt(
        "ambiguous-owner",
        mapped.table,
        [...new Set(ownersOf(mapped).flat().flatMap(columnsOf))],
        "A row may belong to two people at once, by each of these columns. Write `kept: {}`, or with a `reason`, where a " +
          'row stays for the other, and goes with the last of them; `kept: "never"` where it goes with the first, ' +
          "whatever holds the other. Or let it belong in one way only.",
      ),
    );

const columnsOf = (belonging: ResolvedBelonging): readonly string[] =>
  belonging.kind === "column" ? [belonging.column.name] : belonging.pairs.map(({ here }) => here.name);
