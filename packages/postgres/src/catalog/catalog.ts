/** What the database says of its own schema, as far as it matters for people's data. */
export interface Catalog {
  readonly tables: readonly Table[];
  readonly foreignKeys: readonly ForeignKey[];
}

export interface Table {
  readonly oid: number;
  readonly schema: string;
  readonly name: string;
  readonly kind: "table" | "partitioned table" | "view" | "materialised view" | "foreign table";
  /** The oid of the table that this is a partition, or an inheriting table, of. */
  readonly parents: readonly number[];
  /** Whether a policy hides rows from the role that asks. */
  readonly hasRowSecurity: boolean;
  /** By privileges on the table and on its schema; so are `maySelect` and `mayUpdate` of its columns. */
  readonly mayDelete: boolean;
  /** All of its columns, and what the server itself writes into each row. */
  readonly maySelect: boolean;
  /** As `pg_class.reltuples` has it; -1 where it was never analysed. */
  readonly estimatedRows: number;
  readonly columns: readonly Column[];
  /** The primary key first. */
  readonly uniques: readonly Unique[];
  readonly checks: readonly Check[];
  /** The columns that decide in which partition a row is; empty where there are none. */
  readonly partitionKey: readonly string[];
  /** User triggers that fire at a DELETE, UPDATE or INSERT and are enabled. */
  readonly triggers: readonly Trigger[];
  /** Rules other than that of a view. */
  readonly rules: readonly Rule[];
  /** For views: the oids of the tables that they are made of. */
  readonly madeOf: readonly number[];
}

export interface Column {
  readonly number: number;
  readonly name: string;
  readonly type: ColumnType;
  /** NOT NULL of its own, or of its domain. */
  readonly isNotNull: boolean;
  /** Computed by the database, or an identity that it always makes itself: takes no value. */
  readonly isGenerated: boolean;
  /** What stands in it where nobody says so, as SQL; null where nothing does, or where it is computed. */
  readonly defaultBy: string | null;
  /** The columns that it is computed from. */
  readonly computedFrom: readonly string[];
  /** What it is computed by, as SQL; null where it is not computed. */
  readonly computedBy: string | null;
  readonly maySelect: boolean;
  readonly mayUpdate: boolean;
}

export interface ColumnType {
  readonly oid: number;
  /** As SQL writes it, quoted where needed, with its modifier: `character varying(20)`. */
  readonly sql: string;
  /** The type behind a domain, by its name in `pg_type`: `varchar`, `int8`; for others its own. */
  readonly base: string;
  /** The oid of the type behind a domain; for others their own. */
  readonly baseOid: number;
  /** `pg_type.typtype` of the base: base, composite, enum, range, multirange, pseudo. */
  readonly structure: "b" | "c" | "e" | "r" | "m" | "p";
  /** `pg_type.typcategory` of the base: S text, N number, D date and time, A array, B boolean, I network, … */
  readonly category: string;
  /** In characters, for `varchar(n)` and `char(n)`. */
  readonly maxLength: number | null;
  /** Whether its texts are equal only where they are the same, as by every collation that is not said to be otherwise. */
  readonly isDeterministic: boolean;
  readonly folding: Folding;
}

/**
 * What `lower()` makes of a text:
 * - `unicode`: small letters of all, each by itself or as the words have it.
 * - `turkic`: the same, but of the plain `I`, which becomes `ı`.
 * - `plain`: small letters of those of ASCII; all others stay as they are.
 * - `unknown`: the database is in another encoding than UTF-8, in which not every letter can be asked for.
 */
export type Folding = "unicode" | "turkic" | "plain" | "unknown";

export interface Unique {
  readonly name: string;
  readonly isPrimary: boolean;
  /** Partial, or over an expression: its columns do not identify a row. */
  readonly isPlain: boolean;
  /** Every column that its keys or expressions use. */
  readonly columns: readonly string[];
  readonly nullsNotDistinct: boolean;
  /** An exclusion constraint rather than a unique one. */
  readonly isExclusion: boolean;
}

export interface Check {
  readonly name: string;
  readonly columns: readonly string[];
  /** The condition as SQL. */
  readonly sql: string;
}

export interface Trigger {
  readonly name: string;
  readonly onDelete: boolean;
  readonly onUpdate: boolean;
  readonly onInsert: boolean;
  /** BEFORE: it may change the row that it runs for. */
  readonly isBefore: boolean;
  /** FOR EACH ROW, rather than once for a statement. */
  readonly isForEachRow: boolean;
  /** Whether its WHEN calls functions that are not PostgreSQL's own. */
  readonly callsInCondition: boolean;
  /** Columns of an `UPDATE OF`; empty where it fires for all. */
  readonly columns: readonly string[];
  readonly language: string;
  /** The body of its function. */
  readonly source: string;
  /** What its function is given. */
  readonly parameters: readonly string[];
}

export interface Rule {
  readonly name: string;
  readonly on: "update" | "insert" | "delete" | "select";
}

export interface ForeignKey {
  readonly name: string;
  readonly from: number;
  readonly columns: readonly string[];
  readonly to: number;
  readonly toColumns: readonly string[];
  readonly onDelete: ReferentialAction;
  readonly onUpdate: ReferentialAction;
  /** MATCH FULL: its columns are all NULL, or none is. */
  readonly isMatchFull: boolean;
  /** Whether all rows have been looked at: none points at nothing. */
  readonly isValidated: boolean;
}

export type ReferentialAction = "no action" | "restrict" | "cascade" | "set null" | "set default";
