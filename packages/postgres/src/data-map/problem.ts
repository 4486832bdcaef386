/** What is wrong with a data map, seen against the live schema. The codes are API, the messages are not. */
export interface MapProblem {
  readonly code: MapProblemCode;
  /** `schema.name` */
  readonly table: string;
  readonly column: string | null;
  /** What is wrong, and what to do about it. */
  readonly message: string;
}

export const mapProblemCodes = [
  // Names
  "unknown-table",
  "not-a-table",
  "unknown-column",
  "mapped-twice",
  // How a row belongs to a person
  "no-foreign-key",
  "ambiguous-foreign-key",
  "unknown-reference",
  "out-of-reach",
  "no-tenant-column",
  "shared-in-a-cycle",
  "ambiguous-identifier",
  "ambiguous-owner",
  "sharer-left-out",
  "uncomparable",
  // What the role may see and do
  "missing-privilege",
  "row-security",
  // What an anonymised column would break
  "null-into-not-null",
  "unique-broken",
  "check-broken",
  "reference-broken",
  "generated-column",
  "unfit-value",
  "nothing-to-anonymise",
  "anonymised-never-absent",
  "columns-of-children",
  "function-decides-belonging",
  "kept-out-of-reach",
  // What a deletion would break, or take along
  "blocked-by-foreign-key",
  "cascade-takes-unmapped",
  "cascade-takes-kept",
  "cascade-takes-others",
  "default-takes-over",
  "unlink-impossible",
  "retained-out-of-reach",
  "retention-without-date",
  // What runs beside
  "trigger",
  "rule",
  // What goes out
  "credential-exported",
] as const;

export type MapProblemCode = (typeof mapProblemCodes)[number];
