import type { Catalog, Column, Table } from "../catalog/catalog.ts";
import type { ResolvedMap } from "../data-map/resolved-map.ts";
import { tablesIn } from "../store/tables.ts";

/** A table with its partitions and inheriting tables, which are read through it. */
export interface TableFamily {
  readonly root: Table;
  /** The root first. */
  readonly members: readonly Table[];
  /** The root's columns, and those that only an inheriting table has. */
  readonly columns: readonly { readonly table: Table; readonly column: Column }[];
}

export interface Families {
  /** Every table, materialised view and foreign table that the application has, by schema and name. */
  readonly all: readonly TableFamily[];
  readonly of: (oid: number) => TableFamily | undefined;
  /** A family is mapped with its root: a map of one partition does not answer for the others. */
  readonly isMapped: (family: TableFamily) => boolean;
}

export const tableFamilies = ({ catalog, tables }: ResolvedMap): Families => {
  const byOid = new Map(catalog.tables.map((table) => [table.oid, table]));
  const rootOf = (table: Table): Table => {
    const parent = table.parents.map((oid) => byOid.get(oid)).find((each) => each !== undefined);
    return parent === undefined ? table : rootOf(parent);
  };
  const own = ownTables(catalog);
  const families = new Map<number, Table[]>();
  for (const table of catalog.tables) {
    if (table.kind === "view" || own.has(table.oid)) continue;
    const root = rootOf(table);
    const members = families.get(root.oid) ?? [root];
    families.set(root.oid, table === root ? members : [...members, table]);
  }
  const all = [...families.values()].flatMap((members): TableFamily[] => {
    const [root] = members;
    return root === undefined ? [] : [{ root, members, columns: columnsOf(members) }];
  });
  const byMember = new Map(all.flatMap((family) => family.members.map(({ oid }) => [oid, family] as const)));
  const mapped = new Set(tables.map(({ table }) => table.oid));
  return { all, of: (oid) => byMember.get(oid), isMapped: ({ root }) => mapped.has(root.oid) };
};

const columnsOf = (members: readonly Table[]): TableFamily["columns"] => {
  const known = new Set<string>();
  return members.flatMap((table) => {
    const further = table.columns.filter(({ name }) => !known.has(name));
    for (const { name } of further) known.add(name);
    return further.map((column) => ({ table, column }));
  });
};

/**
 * The tables of the store, in whichever schema: they hold nothing readable of a person, and each request clears
 * them itself. A schema has them where it has their names and the trigger that guards the audit's entries.
 */
const ownTables = ({ tables }: Catalog): ReadonlySet<number> => {
  const guarded = tables.filter(
    ({ name, triggers }) => name === "audit" && triggers.some((trigger) => trigger.name === "only_added"),
  );
  return new Set(
    guarded.flatMap(({ schema }) => {
      const inSchema = tables.filter((table) => table.schema === schema);
      const own = inSchema.filter(({ name }) => Object.hasOwn(tablesIn(schema), name));
      return own.some(({ name }) => name === "migration") ? own.map(({ oid }) => oid) : [];
    }),
  );
};
