import type { Sql } from "../sql/sql.ts";

/** What every statement here selects is cast to text, so that no driver's conversions matter. */
export type TextRow = Readonly<Record<string, string | null>>;

export interface Session {
  query(statement: Sql): Promise<readonly TextRow[]>;
  /** All of `work` or nothing of it. Within a transaction it is a part of that one, and can fail without it. */
  transaction<Value>(work: (session: Session) => Promise<Value>, signal?: AbortSignal): Promise<Value>;
}
