import { type CollectionOutcome, totalCount } from "@subject-rights/core";
import { titleOf } from "../data-map/resolved-map.ts";
import { collectionCount, collectionOutcomes, type TableCount } from "../erasure/counts.ts";

/** What an erasure would do to one person, as of now. */
export interface ErasurePlan {
  readonly rows: number;
  readonly collections: readonly PlannedCollection[];
}

export interface PlannedCollection {
  readonly collection: string;
  /** `schema.name` */
  readonly table: string;
  readonly rows: number;
  /** What would become of the rows, as an erasure reports it. */
  readonly outcomes: readonly CollectionOutcome[];
  /** The columns whose values would be replaced, in rows that stay. */
  readonly anonymised: readonly string[];
}

export const planOf = (counts: readonly TableCount[]): ErasurePlan => ({
  rows: totalCount(counts.map(collectionCount)),
  collections: counts.map((count) => ({
    collection: count.table.map.title,
    table: titleOf(count.table.table),
    rows: collectionCount(count).count,
    outcomes: collectionOutcomes(count),
    anonymised: anonymisedIn(count),
  })),
});

const anonymisedIn = ({ table, shared }: TableCount): readonly string[] => {
  const own =
    table.erasure === "delete"
      ? []
      : table.columns.flatMap(({ column, anonymise }) => (anonymise === null ? [] : [column.name]));
  const inKept = shared === 0 ? [] : table.kept.columns.map(({ column }) => column.name);
  return [...new Set([...own, ...inKept])];
};
