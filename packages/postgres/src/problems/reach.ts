import type { MapProblem } from "../data-map/problem.ts";
import { type MappedTable, type ResolvedMap, titleOf } from "../data-map/resolved-map.ts";
import { familyOf } from "./family.ts";
import { problemAt } from "./problem-at.ts";
import { reached } from "./what-happens.ts";

/** Tables that no identifier leads to, links that go round in a circle, and rows that two entries map. */
export const reachProblems = (map: ResolvedMap): readonly MapProblem[] => {
  const found = reached(
    map,
    () => true,
    () => true,
  );
  return [
    ...map.tables
      .filter(({ table }) => !found.has(table.oid))
      .map(({ table }) =>
        problemAt(
          "out-of-reach",
          table,
          null,
          "No identifier leads here: following what its rows belong through never comes to a column that is " +
            "matched. Match a column of this table, or of one that it belongs through.",
        ),
      ),
    ...map.tables.flatMap((mapped) => circles(map, mapped)),
    ...map.tables.flatMap((mapped) => overlaps(map, mapped)),
  ];
};

const overlaps = (map: ResolvedMap, { table }: MappedTable): readonly MapProblem[] =>
  familyOf(map.catalog, table)
    .filter((member) => member !== table && map.tables.some((other) => other.table === member))
    .map((member) =>
      problemAt(
        "mapped-twice",
        member,
        null,
        `Its rows are rows of ${titleOf(table)}, which is mapped too: they would be counted twice. Map one of the two.`,
      ),
    );

const circles = (map: ResolvedMap, mapped: MappedTable): readonly MapProblem[] =>
  mapped.belongs.flatMap((belonging) =>
    belonging.kind === "referenced-by" && dependsOn(map, belonging.other).has(mapped.table.oid)
      ? [
          problemAt(
            "shared-in-a-cycle",
            mapped.table,
            belonging.pairs.map(({ here }) => here.name),
            "Its rows belong through rows that belong through these: whether somebody else shares them cannot be " +
              "told. Take `referencedBy` out of the circle; let one of the tables belong in another way.",
          ),
        ]
      : [],
  );

/** A table, and all that its rows belong through, however far. */
const dependsOn = (map: ResolvedMap, start: number): ReadonlySet<number> => {
  const found = new Set([start]);
  for (const oid of found) {
    for (const belonging of map.tables.find(({ table }) => table.oid === oid)?.belongs ?? []) {
      if (belonging.kind !== "column") found.add(belonging.other);
    }
  }
  return found;
};
