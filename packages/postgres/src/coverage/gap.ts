import type { MapProblemCode } from "../data-map/problem.ts";

export const coverageCodes = [
  // Tables and columns that may hold the person, and are not in the map
  "unmapped-table-reachable",
  "unmapped-table-looks-personal",
  "foreign-table-looks-personal",
  "unmapped-column",
  "copy-of-mapped",
  "unreadable",
  // What the map says of columns that it has
  "exported-never-erased",
  "erased-never-exported",
  // Rows that are nobody's
  "orphaned-rows",
  // Rows that may be taken for somebody's
  "kind-left-out",
  // The waivers themselves
  "stale-waiver",
] as const;

/** Names of the map that the schema does not have come as the problems that `validate` has for them. */
export type CoverageCode = (typeof coverageCodes)[number] | MapProblemCode;

/** Something that can hold a person, and that the data map does not answer for. Holds no value of any row. */
export interface CoverageGap {
  /** API; the message is not. */
  readonly code: CoverageCode;
  /** `schema.name` */
  readonly table: string;
  /** Null where it is the table as a whole. The columns of a composite foreign key stand side by side: `a, b`. */
  readonly column: string | null;
  /** What was found, and what to do about it. */
  readonly message: string;
}

export interface Coverage {
  /** Sorted by table, column and code: the same schema and the same rows give the same list. */
  readonly gaps: readonly CoverageGap[];
  /** Gaps that a waiver of the map answers for. */
  readonly waived: readonly (CoverageGap & { readonly reason: string })[];
}

/** A gap before waivers were looked at: with the table's name in two parts, which a dot in a name cannot mix up. */
export interface FoundGap {
  readonly code: CoverageCode;
  readonly table: { readonly schema: string; readonly name: string };
  readonly column: string | null;
  readonly message: string;
}
