import type { Category } from "@subject-rights/core";
import type { Catalog, Column, ForeignKey, Table } from "../catalog/catalog.ts";
import type { Sql } from "../sql/sql.ts";
import type { Anonymisation, DataMap, Erasure, Retention, TableMap, Waiver } from "./data-map.ts";

/** A data map whose every name was found in the live schema. */
export interface ResolvedMap {
  readonly tenant: DataMap["tenant"];
  readonly tables: readonly MappedTable[];
  readonly unlinks: readonly ResolvedUnlink[];
  readonly waivers: readonly Waiver[];
  readonly catalog: Catalog;
}

export interface MappedTable {
  readonly map: TableMap;
  readonly table: Table;
  readonly categories: readonly Category[];
  readonly belongs: readonly ResolvedBelonging[];
  /** Where its rows are looked for in these of the ways alone, from these rows alone. Left out: in all. */
  readonly through?: readonly Through[];
  /** The columns that the map names, in the table's order. */
  readonly columns: readonly MappedColumn[];
  readonly erasure: Erasure;
  /** Of rows that stay because they are somebody else's too. */
  readonly kept: ResolvedKept;
  /** What tells its rows apart; null where no key does, and only their place can. */
  readonly key: readonly Column[] | null;
}

export interface ResolvedKept {
  /** Whether the map says anything of it. */
  readonly isSaid: boolean;
  /** Whether rows go with the first of those whose they are. */
  readonly isNever: boolean;
  readonly reason: string;
  /** What is made anonymous in them. */
  readonly columns: readonly KeptColumn[];
}

export interface KeptColumn {
  readonly column: Column;
  readonly anonymise: Anonymisation;
}

export interface MappedColumn {
  readonly column: Column;
  readonly isExported: boolean;
  readonly because: string | null;
  readonly anonymise: Anonymisation | null;
}

export type ResolvedBelonging = ResolvedMatch | ResolvedReference;

export interface ResolvedMatch {
  readonly kind: "column";
  readonly column: Column;
  readonly identifier: string;
  readonly shared: boolean;
  /** Whether rows found through another table tell it; null where the map does not say. */
  readonly identifies: boolean | null;
  /** What the map puts in its place in rows of people who were erased: it is everybody's, and names nobody. */
  readonly replacement?: string;
}

export interface ResolvedReference {
  readonly kind: "references" | "referenced-by";
  /** The oid of the other table, which is mapped too. */
  readonly other: number;
  readonly pairs: readonly ColumnPair[];
}

/** A way in which rows belong. */
export interface Through {
  readonly reference: ResolvedReference;
  /** Which of the rows that it leads through are meant, by the alias of their table; null for all. */
  readonly isMeant: ((alias: Sql) => Sql) | null;
}

export interface ColumnPair {
  readonly here: Column;
  readonly there: Column;
}

export interface ResolvedUnlink {
  readonly table: Table;
  readonly foreignKey: ForeignKey;
  readonly columns: readonly Column[];
  readonly triggers: Readonly<Record<string, string>>;
}

export const matchesOf = ({ belongs }: MappedTable): readonly ResolvedMatch[] =>
  belongs.filter((each): each is ResolvedMatch => each.kind === "column");

export const retentionOf = (erasure: Erasure): Retention | null =>
  typeof erasure === "object" ? erasure.retain : null;

/** `schema.name`, as problems and gaps name a table. */
export const titleOf = ({ schema, name }: { readonly schema: string; readonly name: string }): string =>
  `${schema}.${name}`;
