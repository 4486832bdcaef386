import type { Catalog, ForeignKey, Table } from "../catalog/catalog.ts";
import type { MappedTable, ResolvedMap } from "../data-map/resolved-map.ts";

/** A table with its partitions, and the tables that inherit from it: what a statement about it reaches. */
export const familyOf = (catalog: Catalog, table: Table): readonly Table[] => {
  const found = new Set([table]);
  for (const member of found) {
    for (const other of catalog.tables) if (other.parents.includes(member.oid)) found.add(other);
  }
  return [...found];
};

/** The partitioned tables that a table is a partition of: their foreign keys and keys are its own too. */
export const partitionedAncestorsOf = (catalog: Catalog, table: Table): readonly Table[] => {
  const found = new Set([table]);
  for (const member of found) {
    for (const other of catalog.tables) {
      if (other.kind === "partitioned table" && member.parents.includes(other.oid)) found.add(other);
    }
  }
  return [...found].filter((each) => each !== table);
};

/** Whether a change of these columns may take a row of the table to another partition. */
export const decidesPartition = (catalog: Catalog, table: Table, columns: ReadonlySet<string>): boolean =>
  [...familyOf(catalog, table), ...partitionedAncestorsOf(catalog, table)].some(({ partitionKey }) =>
    partitionKey.some((name) => columns.has(name)),
  );

const kinOf = (catalog: Catalog, table: Table): ReadonlySet<number> =>
  new Set([...familyOf(catalog, table), ...partitionedAncestorsOf(catalog, table)].map(({ oid }) => oid));

/** Every foreign key that points at rows of the table. */
export const foreignKeysTo = (catalog: Catalog, table: Table): readonly ForeignKey[] => {
  const kin = kinOf(catalog, table);
  return catalog.foreignKeys.filter(({ to }) => kin.has(to));
};

/** Every foreign key that rows of the table have. */
export const foreignKeysFrom = (catalog: Catalog, table: Table): readonly ForeignKey[] => {
  const kin = kinOf(catalog, table);
  return catalog.foreignKeys.filter(({ from }) => kin.has(from));
};

/** The mapped table that all rows of this one are rows of: itself, or what it is a partition of. */
export const mappedOver = (map: ResolvedMap, oid: number): MappedTable | undefined =>
  map.tables.find(({ table }) => familyOf(map.catalog, table).some((member) => member.oid === oid));

export const tableOf = (map: ResolvedMap, oid: number): Table | undefined =>
  map.catalog.tables.find((table) => table.oid === oid);
