import type { Table } from "../catalog/catalog.ts";
import type { MapProblem, MapProblemCode } from "../data-map/problem.ts";
import { titleOf } from "../data-map/resolved-map.ts";

export const problemAt = (
  code: MapProblemCode,
  table: Table,
  columns: string | readonly string[] | null,
  message: string,
): MapProblem => ({
  code,
  table: titleOf(table),
  column: columns === null || typeof columns === "string" ? columns : columns.join(", "),
  message,
});

/** A partition has what its root has: the same problem is told once. */
export const withoutRepetition = (problems: readonly MapProblem[]): readonly MapProblem[] => {
  const told = new Map<string, MapProblem>();
  for (const problem of problems) {
    const { code, table, column, message } = problem;
    const key = JSON.stringify([code, table, column, message]);
    if (!told.has(key)) told.set(key, problem);
  }
  return [...told.values()];
};

/** `"a"`, `"a" and "b"`, `"a", "b" and "c"`. */
export const listOf = (names: readonly string[]): string => {
  const quoted = names.map((name) => `"${name}"`);
  return [quoted.slice(0, -1).join(", "), ...quoted.slice(-1)].filter((part) => part !== "").join(" and ");
};
