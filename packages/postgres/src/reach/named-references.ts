import type { Column } from "../catalog/catalog.ts";
import { findColumn } from "../data-map/resolve.ts";
import {
  type MappedTable,
  matchesOf,
  type ResolvedMap,
  type ResolvedMatch,
  type ResolvedReference,
} from "../data-map/resolved-map.ts";
import { join, name, type Sql, sql } from "../sql/sql.ts";
import { tableName } from "./columns.ts";

/** A reference whose column holds what people are known by in the other table: it can be compared with that itself. */
export interface NamedReference {
  readonly reference: ResolvedReference;
  readonly other: MappedTable;
  /** As a matched column of the row that points. */
  readonly match: ResolvedMatch;
  /** The matched column that it points at. */
  readonly known: ResolvedMatch;
  /** The column of the row that points, by which its tenant is known; null where all of the database is one's. */
  readonly tenant: Column | null;
}

export const otherOf = ({ tables }: ResolvedMap, { other }: ResolvedReference): MappedTable | undefined =>
  tables.find(({ table }) => table.oid === other);

/** References to other rows, without those for which the database itself sees to it that they lead to one. */
export const looseReferencesOf = (
  { catalog }: ResolvedMap,
  { table, belongs }: MappedTable,
): readonly ResolvedReference[] =>
  belongs.filter((each): each is ResolvedReference => {
    if (each.kind !== "references") return false;
    return !catalog.foreignKeys.some(
      ({ from, to, columns, toColumns, isValidated }) =>
        from === table.oid &&
        to === each.other &&
        isValidated &&
        columns.length === each.pairs.length &&
        columns.every((column, index) =>
          each.pairs.some(({ here, there }) => here.name === column && there.name === toColumns[index]),
        ),
    );
  });

/**
 * The row that a row points at may be gone, or out of sight, while the value by which it points is known: then the
 * value leads there by itself. Where a reference is told apart by something else as well (the kind of what it points
 * at, the tenant), that has to be known too.
 */
export const namedReferencesOf = (map: ResolvedMap, table: MappedTable): readonly NamedReference[] =>
  looseReferencesOf(map, table).flatMap((reference) => {
    const other = otherOf(map, reference);
    if (other === undefined) return [];
    const tenant = tenantColumnOf(map, table, reference);
    const named = reference.pairs.filter(
      ({ here, there }) => here !== tenant && knownBy(other, there).length > 0,
    );
    const [pair] = named;
    const isKnown = reference.pairs.every((each) => each === pair || each.here === tenant);
    if (pair === undefined || !isKnown || (tenant === null && "column" in map.tenant)) return [];
    return knownBy(other, pair.there).map((known) => ({
      reference,
      other,
      match: { ...known, column: pair.here, identifies: false },
      known,
      tenant,
    }));
  });

const knownBy = (table: MappedTable, column: Column): readonly ResolvedMatch[] =>
  matchesOf(table).filter((match) => match.column === column);

/** The column that is compared with the other row's tenant, or that says it as everywhere. */
const tenantColumnOf = (
  { tenant }: ResolvedMap,
  { table }: MappedTable,
  { pairs }: ResolvedReference,
): Column | null => {
  if ("only" in tenant) return null;
  const paired = pairs.find(({ there }) => there.name === tenant.column);
  return paired?.here ?? findColumn(table, tenant.column) ?? null;
};

/** Whether rows that point by equality are the same as those that are compared with what a person is known by. */
export const isPlain = ({ reference, match }: NamedReference): boolean =>
  match.identifier !== "email" &&
  reference.pairs.every(
    ({ here, there }) => here.type.baseOid === there.type.baseOid && here.type.base !== "citext",
  );

/** Whether a row `t` points, by all columns of the reference, and nothing is there. */
export const isDangling = ({ pairs }: ResolvedReference, other: MappedTable): Sql => {
  const points = pairs.map(({ here }) => sql`t.${name(here.name)} is not null`);
  return sql`${join(points, sql` and `)} and not ${isFound({ pairs }, other)}`;
};

/** Whether the row that a row `t` points at is there, as `o`, and so. */
export const isFound = (
  { pairs }: Pick<ResolvedReference, "pairs">,
  other: MappedTable,
  isSo: Sql = sql`true`,
): Sql => {
  const isSame = pairs.map(({ here, there }) => sql`o.${name(there.name)} = t.${name(here.name)}`);
  return sql`exists (select from ${tableName(other)} o where ${join([...isSame, isSo], sql` and `)})`;
};
