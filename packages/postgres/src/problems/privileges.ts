import type { MapProblem } from "../data-map/problem.ts";
import { type MappedTable, type ResolvedMap, retentionOf } from "../data-map/resolved-map.ts";
import { problemAt } from "./problem-at.ts";
import { anonymisedColumns, decidingColumns, isDeletedSometime } from "./what-happens.ts";

/** What the role that asks may not read, change, delete or see. */
export const privilegeProblems = (map: ResolvedMap): readonly MapProblem[] => [
  ...map.tables.flatMap((mapped) => [...missing(map, mapped), ...hidden(mapped.table)]),
  ...map.unlinks.flatMap(({ table, columns }) => [
    ...(map.tables.some((mapped) => mapped.table === table) ? [] : hidden(table)),
    ...columns.flatMap((column) => [
      ...(column.maySelect ? [] : [notGranted("SELECT", table, column.name, "find the rows to unlink")]),
      ...(column.mayUpdate ? [] : [notGranted("UPDATE", table, column.name, "unlink its rows")]),
    ]),
  ]),
];

const hidden = (table: MappedTable["table"]): readonly MapProblem[] =>
  table.hasRowSecurity
    ? [
        problemAt(
          "row-security",
          table,
          null,
          "Row security may hide rows of the person from this role, and they would count as absent. Use a role " +
            "with BYPASSRLS, or one that owns the table without FORCE ROW LEVEL SECURITY.",
        ),
      ]
    : [];

const notGranted = (
  privilege: "SELECT" | "UPDATE" | "DELETE",
  table: MappedTable["table"],
  column: string | null,
  purpose: string,
): MapProblem =>
  problemAt(
    "missing-privilege",
    table,
    column,
    `The role may not ${purpose}. Grant it ${privilege} here, and USAGE on the schema.`,
  );

const missing = (map: ResolvedMap, mapped: MappedTable): readonly MapProblem[] => {
  const { table } = mapped;
  const retention = retentionOf(mapped.erasure);
  const read = new Set([
    ...mapped.columns.map(({ column }) => column.name),
    ...(mapped.key ?? table.columns).map(({ name }) => name),
    ...decidingColumns(map, table.oid),
    ...(typeof retention?.until === "object" ? [retention.until.column] : []),
    ...("column" in map.tenant && mapped.belongs.some(({ kind }) => kind === "column")
      ? [map.tenant.column]
      : []),
  ]);
  return [
    ...table.columns
      .filter(({ name, maySelect }) => read.has(name) && !maySelect)
      .map(({ name }) =>
        notGranted(
          "SELECT",
          table,
          name,
          mapped.key === null
            ? "read this column, and without a key in the table it has to read all of them"
            : "read this column",
        ),
      ),
    ...anonymisedColumns(mapped)
      .filter(({ column }) => !column.mayUpdate)
      .map(({ column }) => notGranted("UPDATE", table, column.name, "anonymise this column")),
    ...(isDeletedSometime(mapped) && !table.mayDelete
      ? [notGranted("DELETE", table, null, "delete rows of this table")]
      : []),
  ];
};
