import type { MapProblem } from "../data-map/problem.ts";
import type { ResolvedBelonging, ResolvedMap } from "../data-map/resolved-map.ts";
import { isInCircle, isOfSeveral, ownersOf } from "../reach/owners.ts";
import { problemAt } from "./problem-at.ts";

/** Rows that may be of two people at once, and of which the map does not say what becomes of them when one goes. */
export const ambiguousOwnerProblems = (map: ResolvedMap): readonly MapProblem[] =>
  map.tables.filter(isOfSeveral).flatMap((mapped) => {
    const { kept, table } = mapped;
    const columns = [...new Set(ownersOf(mapped).flat().flatMap(columnsOf))];
    const isCircle = isInCircle(map, mapped);
    if (kept.isNever || (kept.isSaid && !isCircle)) return [];
    const leave =
      "Write `kept: {}`, or with a `reason`, where a row stays for the other, and goes with the last of them; " +
      '`kept: "never"` where it goes with the first, whatever holds the other. Or let it belong in one way only.';
    const together =
      "Its rows belong through rows that belong through these, so that nobody can tell whether a row is somebody " +
      'else\'s too. Write `kept: "never"` where it goes with the first of them. Or let it belong in one way only.';
    return [
      problemAt(
        isCircle && kept.isSaid ? "shared-in-a-cycle" : "ambiguous-owner",
        table,
        columns,
        isCircle ? together : `A row may belong to two people at once, by each of these columns. ${leave}`,
      ),
    ];
  });

const columnsOf = (belonging: ResolvedBelonging): readonly string[] =>
  belonging.kind === "column" ? [belonging.column.name] : belonging.pairs.map(({ here }) => here.name);
