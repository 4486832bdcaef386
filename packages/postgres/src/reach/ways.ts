import {
  type MappedTable,
  matchesOf,
  type ResolvedMap,
  type ResolvedMatch,
  type Through,
} from "../data-map/resolved-map.ts";
import { join, name, type Sql, sql } from "../sql/sql.ts";
import { linkName, sameKey, tableName } from "./columns.ts";
import { type NamedReference, namedReferencesOf } from "./named-references.ts";

/** The matched columns by which rows of a table are looked for. */
export const matchesLookedFor = (table: MappedTable): readonly ResolvedMatch[] =>
  table.through === undefined ? matchesOf(table) : [];

/** The references that are compared with values that are known. */
export const namedLookedFor = (map: ResolvedMap, table: MappedTable): readonly NamedReference[] =>
  table.through === undefined ? namedReferencesOf(map, table) : [];

/** The references through whose rows those of a table are looked for. */
export const waysThrough = (table: MappedTable): readonly Through[] =>
  table.through ??
  table.belongs.flatMap((reference) => (reference.kind === "column" ? [] : [{ reference, isMeant: null }]));

/** The values by which rows are linked with those of a set. */
export const linksIn = (set: Sql, other: MappedTable, { reference, isMeant }: Through): Sql => {
  const there = (columnOf: (each: (typeof reference.pairs)[number]["there"]) => Sql) =>
    join(reference.pairs.map((pair) => columnOf(pair.there)));
  return isMeant === null
    ? sql`select ${there((column) => name(linkName(column)))} from ${set}`
    : sql`select ${there((column) => sql`m.${name(column.name)}`)} from ${tableName(other)} m
        join ${set} s on ${sameKey(other, sql`m`, sql`s`)} where ${isMeant(sql`m`)}`;
};

/** What has to be true of a row of a set, by its alias, beside being linked. */
export const meantIn = (alias: Sql, other: MappedTable, { isMeant }: Through): readonly Sql[] =>
  isMeant === null
    ? []
    : [
        sql`exists (select from ${tableName(other)} m where ${sameKey(other, sql`m`, alias)} and ${isMeant(sql`m`)})`,
      ];
