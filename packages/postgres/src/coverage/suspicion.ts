import type { Column } from "../catalog/catalog.ts";
import type { MappedTable } from "../data-map/resolved-map.ts";
import type { Sql } from "../sql/sql.ts";

/** Rows that may be nobody's, and what is to be said where there are any. */
export interface Suspicion {
  readonly mapped: MappedTable;
  /** The other tables that are looked into. */
  readonly others: readonly MappedTable[];
  readonly columns: readonly Column[];
  /** Which rows `t` of the table. */
  readonly where: Sql;
  /** Whether its rows …, where that could not be looked up. */
  readonly whether: string;
  readonly message: string;
}
