import type { Category } from "@subject-rights/core";
import type { ForeignKey, Table } from "../catalog/catalog.ts";
import type { MapProblem, MapProblemCode } from "../data-map/problem.ts";
import { findColumn } from "../data-map/resolve.ts";
import { type MappedTable, type ResolvedMap, titleOf } from "../data-map/resolved-map.ts";
import { isLeftToOthers } from "../reach/owners.ts";
import { foreignKeysFrom, foreignKeysTo, mappedOver, tableOf } from "./family.ts";
import { lasts } from "./lasts.ts";
import { problemAt } from "./problem-at.ts";
import { anonymisationOf, isDeletedSometime, isErasedWith } from "./what-happens.ts";

/** What the rows are that point at rows which go, and stay when those go. */
type Pointing = "unmapped" | "kept" | "left" | "others";

/** Foreign keys that would stop a deletion, or carry it to rows that are not to go. Each category on its own. */
export const foreignKeyProblems = (map: ResolvedMap): readonly MapProblem[] =>
  map.tables.filter(isDeletedSometime).flatMap((parent) =>
    foreignKeysTo(map.catalog, parent.table).flatMap((key) => {
      const found = new Map<Pointing, Category[]>();
      for (const category of parent.categories) {
        const pointing = leftPointing(map, parent, key, category);
        if (pointing !== null) found.set(pointing, [...(found.get(pointing) ?? []), category]);
      }
      return [...found].flatMap(([pointing, categories]) =>
        problemOf(map, parent, key, pointing, categories),
      );
    }),
  );

/** The columns of a table that the server itself sets to NULL, or to a default, where what they point at is deleted. */
export const columnsChangedByForeignKeys = (map: ResolvedMap, table: Table): readonly string[] => {
  const own = foreignKeysFrom(map.catalog, table);
  return map.tables.flatMap((parent) => {
    const toParent = foreignKeysTo(map.catalog, parent.table).filter((key) => own.includes(key));
    return toParent
      .filter(
        (key) =>
          (key.onDelete === "set null" || key.onDelete === "set default") &&
          isDeletedSometime(parent) &&
          parent.categories.some((category) => leftPointing(map, parent, key, category) !== null),
      )
      .flatMap(({ columns }) => columns);
  });
};

/** Null where every row that points at one that goes, goes too, or points there no more. */
const leftPointing = (
  map: ResolvedMap,
  parent: MappedTable,
  key: ForeignKey,
  category: Category,
): Pointing | null => {
  const child = mappedOver(map, key.from);
  const isUnlinked = map.unlinks.some(({ foreignKey }) => foreignKey === key);
  if (child === undefined || !isErasedWith(child, category)) return isUnlinked ? null : "unmapped";
  const isOwn = pointsAtOwnRowsOnly(map, child, parent, key);
  // A row that belongs in another way too may stay for somebody else, and points at what goes.
  const isLeft = isOwn && isLeftToOthers(map, child);
  if (child.erasure !== "delete" && staysBehind(child, parent, key))
    return isUnlinked && !isOwn ? null : "kept";
  if (isUnlinked || (isOwn && !isLeft)) return null;
  return isLeft ? "left" : "others";
};

/** Whether rows of the person that are kept still point at a row that has gone. */
const staysBehind = (child: MappedTable, parent: MappedTable, key: ForeignKey): boolean => {
  // Constraints are looked at when the statement has ended, and one NULL among its columns ends a reference.
  if (key.columns.some((name) => anonymisationOf(child, name) === "null")) return false;
  if (child.erasure === "anonymise" || parent.erasure === "delete") return true;
  // Both are retained. Where columns say until when, a row stays as long as those that point at it (`reachHeld`).
  return lasts(parent, child) === "shorter";
};

/** Whether each row that points at a row of the person through this key is the person's. */
export const pointsAtOwnRowsOnly = (
  map: ResolvedMap,
  child: MappedTable,
  parent: MappedTable,
  key: ForeignKey,
): boolean =>
  child.belongs.some(
    (belonging) =>
      belonging.kind === "references" &&
      belonging.other === parent.table.oid &&
      belonging.pairs.every(({ here, there }) => isPair(key, here.name, there.name)),
  ) ||
  // A row that somebody else's row points at too is not deleted.
  (staysForPointers(map, parent) &&
    parent.belongs.some(
      (belonging) =>
        belonging.kind === "referenced-by" &&
        belonging.other === child.table.oid &&
        belonging.pairs.every(({ here, there }) => isPair(key, there.name, here.name)),
    ));

/** Whether a row stays while a row of somebody else points at it by one of the table's back references. */
const staysForPointers = (map: ResolvedMap, parent: MappedTable): boolean =>
  (parent.belongs.every(({ kind }) => kind === "referenced-by") && !parent.kept.isNever) ||
  isLeftToOthers(map, parent);

const isPair = ({ columns, toColumns }: ForeignKey, from: string, to: string): boolean =>
  columns.some((name, index) => name === from && toColumns[index] === to);

const codes = {
  unmapped: "cascade-takes-unmapped",
  kept: "cascade-takes-kept",
  left: "cascade-takes-kept",
  others: "cascade-takes-others",
} as const satisfies Record<Pointing, MapProblemCode>;

const problemOf = (
  map: ResolvedMap,
  parent: MappedTable,
  key: ForeignKey,
  pointing: Pointing,
  categories: readonly Category[],
): readonly MapProblem[] => {
  const table = tableOf(map, key.from);
  if (table === undefined) return [];
  const what = `When rows of ${titleOf(parent.table)} are deleted (${categories.join(", ")}), the foreign key "${key.name}"`;
  const advice = adviceOn(map, parent, key, pointing, categories);
  const complain = (code: MapProblemCode, outcome: string) => [
    problemAt(code, table, key.columns, `${what} ${outcome}. ${advice}`),
  ];
  const setsNull = (columns: readonly string[]) =>
    columns.some((name) => findColumn(table, name)?.isNotNull === true)
      ? complain("blocked-by-foreign-key", "sets a NOT NULL column to NULL, which fails")
      : [];
  switch (key.onDelete) {
    case "cascade":
      return complain(codes[pointing], `takes rows of this table along${whose[pointing]}`);
    case "no action":
    case "restrict":
      return complain(
        "blocked-by-foreign-key",
        `refuses that while rows of this table point at them${whose[pointing]}`,
      );
    case "set null":
      return setsNull(key.columns);
    case "set default": {
      const given = key.columns.filter((name) => (findColumn(table, name)?.defaultBy ?? null) !== null);
      if (given.length === 0) return setsNull(key.columns);
      return Object.hasOwn(parent.map.triggers ?? {}, key.name)
        ? []
        : [
            problemAt(
              "default-takes-over",
              table,
              key.columns,
              `${what} hands rows of this table to whoever the default of ${given.join(", ")} is. ${advice} Where that ` +
                `is nobody, name the foreign key under \`triggers\` of ${titleOf(parent.table)} with the reason.`,
            ),
          ];
    }
  }
};

const whose = {
  unmapped: "",
  kept: ", which the map keeps",
  left: ", also those that stay because they are somebody else's too",
  others: ", also those that are not the person's",
} as const satisfies Record<Pointing, string>;

/** How a map says that rows of the table which a foreign key points at belong to whoever points there. */
export const backReference = (map: ResolvedMap, { from, columns, toColumns }: ForeignKey): string => {
  const table = tableOf(map, from);
  const pairs = columns.map((name, index) => `${toColumns[index] ?? ""}: "${name}"`);
  return `{ referencedBy: "${table?.name ?? ""}", on: { ${pairs.join(", ")} } }`;
};

const adviceOn = (
  map: ResolvedMap,
  parent: MappedTable,
  key: ForeignKey,
  pointing: Pointing,
  categories: readonly Category[],
): string => {
  const { from, columns } = key;
  const names = columns.join(", ");
  const unlink = `name (${names}) under \`unlink\` where it may be NULL`;
  switch (pointing) {
    case "unmapped":
      return mappedOver(map, from) === undefined
        ? `Map this table, with rows that belong through (${names}), or ${unlink}.`
        : `The map has this table in other categories only. Add ${categories.join(", ")} to it, or ${unlink}.`;
    case "kept":
      return (
        `Keep those rows at least as long, or anonymise (${names}) to "null". Where none of the person's rows ` +
        `points there, ${unlink}.`
      );
    case "left":
      return `${unlink.replace(/^n/, "N")}: they then stay without it. Or write \`kept: "never"\` where they go with the first of those whose they are.`;
    case "others":
      return staysForPointers(map, parent)
        ? `Where rows here share what they point at, add ${backReference(map, key)} to what ${titleOf(parent.table)} ` +
            `belongs by: its rows then stay for whoever points at them. Else ${unlink}.`
        : `Let rows belong through (${names}) where they are the person's; else ${unlink}.`;
  }
};
