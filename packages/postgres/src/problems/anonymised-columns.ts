import type { MapProblem } from "../data-map/problem.ts";
import { findColumn } from "../data-map/resolve.ts";
import type { MappedColumn, MappedTable, ResolvedMap } from "../data-map/resolved-map.ts";
import { familyOf, foreignKeysFrom, foreignKeysTo, tableOf } from "./family.ts";
import { listOf, problemAt } from "./problem-at.ts";
import { computingTrigger } from "./triggers.ts";
import {
  anonymisationOf,
  anonymisedColumns,
  decidingColumns,
  isErasedWith,
  isSevered,
  reached,
} from "./what-happens.ts";

/** What an anonymised column would break, by the schema alone. */
export const anonymisedColumnProblems = (map: ResolvedMap): readonly MapProblem[] =>
  map.tables.flatMap((mapped) => [
    ...anonymisedColumns(mapped).flatMap((column) => columnProblems(map, mapped, column)),
    ...rowProblems(map, mapped),
  ]);

const columnProblems = (
  map: ResolvedMap,
  mapped: MappedTable,
  mappedColumn: MappedColumn,
): readonly MapProblem[] => {
  const { column, anonymise } = mappedColumn;
  const { name } = column;
  const complain = (code: MapProblem["code"], message: string) => [
    problemAt(code, mapped.table, name, message),
  ];
  if (column.isGenerated) {
    return complain(
      "generated-column",
      "The database computes this column. Anonymise what it is computed from.",
    );
  }
  const computing = computingTrigger(map, mapped.table, name);
  if (computing !== undefined) {
    return complain(
      "generated-column",
      `The trigger "${computing.name}" computes this column, over whatever the map puts there. Take the ` +
        "`anonymise` off it, and anonymise what it is computed from: it follows.",
    );
  }
  const isNotNull = familyOf(map.catalog, mapped.table).some((table) => findColumn(table, name)?.isNotNull);
  const isFunction = typeof anonymise === "object" && anonymise !== null && "function" in anonymise;
  return [
    ...(anonymise === "null" && isNotNull
      ? complain(
          "null-into-not-null",
          'The column is NOT NULL. Use "hash" or a constant, or drop the NOT NULL.',
        )
      : []),
    ...(isFunction && decidingColumns(map, mapped.table.oid).has(name)
      ? complain(
          "function-decides-belonging",
          "This column decides whose a row is, and what a function makes of it cannot be told from what was there. " +
            'Use "null", "hash" or a constant.',
        )
      : []),
    ...referenceProblems(map, mapped, mappedColumn),
  ];
};

const referenceProblems = (
  map: ResolvedMap,
  mapped: MappedTable,
  { column: { name }, anonymise }: MappedColumn,
): readonly MapProblem[] => {
  const complain = (message: string) => problemAt("reference-broken", mapped.table, name, message);
  const computed = mapped.table.columns.filter(({ computedFrom }) => computedFrom.includes(name));
  const changed = [name, ...computed.map((each) => each.name)];
  const pointing = foreignKeysTo(map.catalog, mapped.table)
    .filter(
      ({ toColumns, onUpdate }) => changed.some((each) => toColumns.includes(each)) && onUpdate !== "cascade",
    )
    .map((key) =>
      complain(
        `The foreign key "${key.name}" of "${tableOf(map, key.from)?.name}" points at this column. Leave it as it ` +
          "is, or let the foreign key be ON UPDATE CASCADE.",
      ),
    );
  const own = foreignKeysFrom(map.catalog, mapped.table)
    .filter(({ columns }) => columns.includes(name))
    .flatMap((key) => {
      if (anonymise !== "null") {
        return [
          complain(`The foreign key "${key.name}" would point at nothing, or at a stranger. Use "null".`),
        ];
      }
      return key.isMatchFull && key.columns.some((other) => anonymisationOf(mapped, other) !== "null")
        ? [
            complain(
              `The foreign key "${key.name}" is MATCH FULL. Use "null" for ${listOf(key.columns)} together.`,
            ),
          ]
        : [];
    });
  return [...pointing, ...own];
};

const rowProblems = (map: ResolvedMap, mapped: MappedTable): readonly MapProblem[] => {
  if (mapped.erasure !== "anonymise") return [];
  const columns = anonymisedColumns(mapped);
  if (columns.length === 0) {
    return [
      problemAt(
        "nothing-to-anonymise",
        mapped.table,
        null,
        "Its rows are to be anonymised, and no column says what becomes of it. Say `anonymise` for what is personal, " +
          "or delete the rows.",
      ),
    ];
  }
  const areFunctions = columns.every(
    ({ anonymise }) => typeof anonymise === "object" && anonymise !== null && "function" in anonymise,
  );
  const belongsForEver = mapped.categories.some((category) =>
    reached(
      map,
      (each) => !(each.erasure === "delete" && isErasedWith(each, category)),
      (each, belonging, other) => {
        const isIn = (one: MappedTable | undefined) => one !== undefined && isErasedWith(one, category);
        return !isSevered(
          isIn(each) ? each : unchanged(each),
          belonging,
          other && (isIn(other) ? other : unchanged(other)),
        );
      },
    ).has(mapped.table.oid),
  );
  return areFunctions && belongsForEver
    ? [
        problemAt(
          "anonymised-never-absent",
          mapped.table,
          null,
          "Its rows would belong to the person for ever: what a function has changed looks like what was there. " +
            'Anonymise one more column to "null", "hash", a constant or a coarser value, the one that it belongs ' +
            "through for example.",
        ),
      ]
    : [];
};

/** A table of another category, as an erasure of this one leaves it. */
const unchanged = (mapped: MappedTable): MappedTable => ({
  ...mapped,
  columns: mapped.columns.map((column) => ({ ...column, anonymise: null })),
});
