import type { Sql } from "../sql/sql.ts";

/** What every statement here selects is cast to text, so that no driver's conversions matter. */
export type TextRow = Readonly<Record<string, string | null>>;

export interface Session {
  query(statement: Sql): Promise<readonly TextRow[]>;
  /**
   * Runs a query as `COPY (…) TO STDOUT` and hands on each row while it arrives: its columns with tabs between them and
   * a newline behind, as the text format of COPY writes them, in UTF-8. The bytes are good until `take` returns; what
   * it throws, this throws, once the rest has arrived. Only in transactions, of clients that can do this.
   */
  copy?(query: Sql, take: (row: Buffer) => void): Promise<void>;
  /** All of `work` or nothing of it. Within a transaction it is a part of that one, and can fail without it. */
  transaction<Value>(work: (session: Session) => Promise<Value>, signal?: AbortSignal): Promise<Value>;
}
