import type { MapProblem, MapProblemCode } from "../data-map/problem.ts";
import type { ResolvedMap } from "../data-map/resolved-map.ts";
import type { Database } from "../database/database.ts";
import { anonymisedColumnProblems } from "./anonymised-columns.ts";
import { checkProblems } from "./checks.ts";
import { computedColumnProblems } from "./computed-columns.ts";
import { partitionProblems } from "./partitions.ts";
import { privilegeProblems } from "./privileges.ts";
import { problemAt } from "./problem-at.ts";
import { triggerProblems } from "./triggers.ts";
import { unfitValueProblems } from "./unfit-values.ts";
import { uniqueProblems } from "./uniques.ts";
import { decidingColumns } from "./what-happens.ts";

/** What can be wrong with a column that is made anonymous in a row, whatever becomes of the row itself. */
const codes: readonly MapProblemCode[] = [
  "missing-privilege",
  "null-into-not-null",
  "unique-broken",
  "check-broken",
  "reference-broken",
  "generated-column",
  "unfit-value",
  "trigger",
  "rule",
];

/** What is made anonymous in rows that stay as somebody else's too is checked like what stays of the person's own. */
export const keptRowProblems = async (
  map: ResolvedMap,
  database: Database,
): Promise<readonly MapProblem[]> => {
  const changed = map.tables.filter(({ kept }) => kept.columns.length > 0);
  if (changed.length === 0) return [];
  const tables = map.tables.map((table) =>
    changed.includes(table)
      ? {
          ...table,
          erasure: "anonymise" as const,
          columns: table.kept.columns.map((each) => ({ ...each, isExported: false, because: null })),
        }
      : table,
  );
  const asIfOwn = { ...map, tables };
  // What runs in other tables, because those follow what is changed here, counts as well.
  const isOfOthersToo = ({ code }: MapProblem) => code === "trigger" || code === "rule";
  const found = [
    ...privilegeProblems(asIfOwn),
    ...anonymisedColumnProblems(asIfOwn),
    ...uniqueProblems(asIfOwn),
    ...triggerProblems(asIfOwn),
    ...(await unfitValueProblems(asIfOwn, database)),
    ...(await checkProblems(asIfOwn, database)),
    ...(await computedColumnProblems(asIfOwn, database)),
    ...(await partitionProblems(asIfOwn, database)),
  ];
  const isOfChanged = ({ table }: MapProblem) =>
    changed.some(({ table: { schema, name } }) => table === `${schema}.${name}`);
  return [
    ...found.filter(
      (problem) => codes.includes(problem.code) && (isOfChanged(problem) || isOfOthersToo(problem)),
    ),
    ...changed.flatMap(({ table, kept }) =>
      kept.columns
        .filter(({ column }) => decidingColumns(map, table.oid).has(column.name))
        .map(({ column }) =>
          problemAt(
            "kept-out-of-reach",
            table,
            column.name,
            "This column decides whose a row is: anonymised in one that stays, it would take it away from whom it " +
              "belongs to as well. Take it out of `kept`.",
          ),
        ),
    ),
  ];
};
