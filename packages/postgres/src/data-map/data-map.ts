import type { Category, Identifier } from "@subject-rights/core";

/**
 * Which tables hold a person, and what becomes of each column. Written once, beside the application's migrations,
 * and checked against the live schema before anything runs.
 */
export interface DataMap {
  /**
   * How the database is divided: `{ only: "halmstrand" }` where all of it is one tenant's, `{ column: "tenant_id" }`
   * where that column of each table that is matched by an identifier names the tenant.
   */
  readonly tenant: { readonly only: string } | { readonly column: string };
  readonly tables: readonly TableMap[];
  /**
   * Foreign keys of rows that are not the person's but point at rows of the person that are deleted: a ticket's
   * agent, the parent of somebody else's reply. They are set to NULL first.
   */
  readonly unlink?: readonly Unlink[];
  /** What `coverage` would complain about, and why that is fine. */
  readonly waivers?: readonly Waiver[];
}

/** A table's name, in the schema `public` or the one that is said. Written as it is, without quotes. */
export type TableName = string | { readonly schema: string; readonly name: string };

export interface TableMap {
  readonly table: TableName;
  /**
   * What people call it; the name of the collection in previews, packages and reports. Unique in the map. It may be
   * reworded: what is retained in it is found again by the table.
   */
  readonly title: string;
  readonly category: Category | readonly Category[];
  /** How a row belongs to a person; one of them is enough. */
  readonly belongs: Belonging | readonly Belonging[];
  /** Every column: whether it is handed out, and what becomes of it where the row stays. */
  readonly columns: Readonly<Record<string, ColumnMap>>;
  readonly erasure: Erasure;
  /**
   * What is told, and done, of rows that stay because they are somebody else's too: somebody else's row points at them
   * (`referencedBy`), or they belong in another way to somebody else, as a message to its sender and to its recipient.
   * Where rows may belong to two people in two ways, `check` asks for it. `never`: they go with the first of these.
   */
  readonly kept?: Kept | "never";
  /**
   * Triggers and rules that run when rows are deleted or changed here, and foreign keys that then set a default elsewhere, each
   * with why that is fine.
   */
  readonly triggers?: Readonly<Record<string, string>>;
}

export type Belonging = MatchedColumn | Reference | BackReference;

/**
 * The column holds an identifier of the person. Rows that are found by such a column tell core the identifiers of the
 * others; rows that are found through another table tell nothing, unless the map says so.
 */
export interface MatchedColumn {
  readonly column: string;
  /** `email`, or a type of the application's own such as `customer-number`. */
  readonly identifier: string;
  /**
   * In a table that also belongs through another, or is matched by a second column of the same type: whether rows that are
   * found so hold the person's own identifier here too (a user's further addresses), or may hold somebody else's (whom a
   * user has invited, a contact). Rows that are found by such a one tell nothing of who that is. Without it, `check` asks.
   */
  readonly identifies?: boolean;
  /** True where several people may have the same: it then never pulls anybody in by itself. */
  readonly shared?: boolean;
}

/** The row points at a row that belongs to the person: an order at its customer. */
export interface Reference {
  readonly references: TableName;
  /** Columns here to columns there. Left out: those of the one foreign key between the two. */
  readonly on?: Readonly<Record<string, string>>;
}

/**
 * A row that belongs to the person points at this one: a link table at an address. Where a row of somebody else
 * points at it too, it is handed out, and stays at an erasure.
 */
export interface BackReference {
  readonly referencedBy: TableName;
  /** Columns here to columns there. Left out: those of the one foreign key between the two. */
  readonly on?: Readonly<Record<string, string>>;
}

/** Rows that an erasure leaves to those who share them. They go with the last of these. */
export interface Kept {
  /** Why they stay: the person is told. Default: `It is somebody else's too`. */
  readonly reason?: string;
  /** What becomes of columns that name the person who goes: a name in the text that several wrote. */
  readonly anonymise?: Readonly<Record<string, Anonymisation>>;
}

/** `exported` and `left-out`, for columns that go with their row; else in detail. */
export type ColumnMap = "exported" | "left-out" | ColumnDetail;

export interface ColumnDetail {
  /** Default: true. */
  readonly export?: boolean;
  /** Why something that looks like a credential is handed out all the same. */
  readonly because?: string;
  /** What becomes of it at an erasure, where the row stays. */
  readonly anonymise?: Anonymisation;
}

/**
 * What replaces a value. `null`: NULL. `hash`: a keyed hash, which equal values share, and nobody can go back from.
 * `constant`: always the same, as PostgreSQL reads it. `coarser`: a time cut down to its year (month, day, hour), a
 * number to a multiple, a text to its first characters. `function`: whatever it makes of the value's text, told what the
 * person is known by.
 */
export type Anonymisation =
  | "null"
  | "hash"
  | { readonly constant: string | number | boolean }
  | { readonly coarser: Coarser }
  | { readonly function: Replacement };

export type Replacement = (
  value: string,
  person: readonly Identifier[],
) => string | null | Promise<string | null>;

export type Coarser =
  | "year"
  | "month"
  | "day"
  | "hour"
  | { readonly step: number }
  | { readonly first: number };

/** `delete`: the row goes. `anonymise`: it stays, without what makes it the person's. `retain`: the law keeps it. */
export type Erasure = "delete" | "anonymise" | { readonly retain: Retention };

export interface Retention {
  /** The law and the paragraph: the person is told. */
  readonly reason: string;
  /** Until when a row is kept; after it, it is deleted like any other. */
  readonly until: string | RetentionPeriod;
}

export interface RetentionPeriod {
  /** The date or time that it counts from. */
  readonly column: string;
  readonly years?: number;
  readonly months?: number;
  /** Whether it ends with the calendar year in which it would (§ 147 AO and its like). */
  readonly endOfYear?: boolean;
}

export interface Unlink {
  readonly table: TableName;
  readonly columns: readonly string[];
  readonly reason: string;
  /** Triggers and rules that run when the columns are set to NULL, each with why that is fine. */
  readonly triggers?: Readonly<Record<string, string>>;
}

export interface Waiver {
  readonly table: TableName;
  /** Left out: the table as a whole. */
  readonly column?: string;
  readonly reason: string;
}
