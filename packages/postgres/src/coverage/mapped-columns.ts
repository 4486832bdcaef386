import { looksLikeCredential } from "../data-map/looks-like-credential.ts";
import type { MappedColumn, MappedTable, ResolvedMap } from "../data-map/resolved-map.ts";
import type { FoundGap } from "./gap.ts";
import { personalByName } from "./personal-names.ts";
import type { Families } from "./table-families.ts";

/** Columns of a mapped table, and of tables that inherit from it, that the map does not name. */
export const unmappedColumns = ({ tables }: ResolvedMap, families: Families): readonly FoundGap[] =>
  tables.flatMap(({ map, table }) => {
    const family = families.of(table.oid);
    const others = tables.filter((other) => other.table !== table).map((other) => other.table);
    const columns =
      family?.root === table
        ? family.columns.filter((each) => !others.includes(each.table))
        : table.columns.map((column) => ({ table, column }));
    return columns
      .filter(({ column }) => !Object.hasOwn(map.columns, column.name))
      .map((each) => ({
        code: "unmapped-column" as const,
        table: each.table,
        column: each.column.name,
        message: "The map does not say what becomes of this column. Name it under the table's `columns`.",
      }));
  });

/** What the map says of a column's export that does not go with what it says of its erasure. */
export const unbalancedColumns = (resolved: ResolvedMap): readonly FoundGap[] =>
  resolved.tables.flatMap((mapped) => {
    const links = linkingColumns(mapped, resolved);
    return mapped.columns.flatMap((column) => unbalanced(column, mapped, links) ?? []);
  });

const unbalanced = (
  { column, isExported, anonymise }: MappedColumn,
  { table, erasure }: MappedTable,
  { links, matches }: Links,
): FoundGap | null => {
  // What the database computes changes with what it is computed from.
  if (column.isGenerated) return null;
  const isLink = links.has(column.name);
  if (isExported) {
    // What is retained has its reason and its date in the map.
    if (erasure !== "anonymise" || anonymise !== null || isLink || matches.has(column.name)) return null;
    return {
      code: "exported-never-erased",
      table,
      column: column.name,
      message:
        "It is the person's, as it is handed out, and an erasure leaves it. Anonymise it, or waive it.",
    };
  }
  if (looksLikeCredential(column.name)) return null;
  if (erasure === "anonymise" && anonymise === null) return null;
  // The number of a row tells nobody anything; an identifier of the person that serves as its key does.
  if (isLink && !matches.has(column.name) && personalByName(column.name) === null) return null;
  return {
    code: "erased-never-exported",
    table,
    column: column.name,
    message: "An erasure takes it as the person's, and it is not handed out. Export it, or waive it.",
  };
};

interface Links {
  /** Columns that tell rows apart, hold them together, or name the tenant. */
  readonly links: ReadonlySet<string>;
  /** Columns that hold an identifier of the person. */
  readonly matches: ReadonlySet<string>;
}

const linkingColumns = (
  { table, key, belongs }: MappedTable,
  { tables, catalog, tenant }: ResolvedMap,
): Links => {
  const links = new Set((key ?? []).map(({ name }) => name));
  const matches = new Set<string>();
  if ("column" in tenant) links.add(tenant.column);
  for (const belonging of belongs) {
    if (belonging.kind === "column") matches.add(belonging.column.name);
    else for (const { here } of belonging.pairs) links.add(here.name);
  }
  for (const belonging of tables.flatMap((other) => other.belongs)) {
    if (belonging.kind !== "column" && belonging.other === table.oid) {
      for (const { there } of belonging.pairs) links.add(there.name);
    }
  }
  for (const { from, to, columns, toColumns } of catalog.foreignKeys) {
    if (from === table.oid) for (const name of columns) links.add(name);
    if (to === table.oid) for (const name of toColumns) links.add(name);
  }
  return { links, matches };
};
