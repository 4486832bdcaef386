import type { Database, TextRow } from "../database/database.ts";
import { sqlState } from "../database/failure.ts";
import { type Sql, sql } from "../sql/sql.ts";

/** Milliseconds for one read, waiting for a lock included. */
const timeLimit = 5000;

/** Why a read was refused, by SQLSTATE. Anything else is a failure of the whole. */
const refusals: Readonly<Record<string, string>> = {
  "42501": "this role may not read it",
  "57014": `reading took longer than ${timeLimit / 1000} seconds`,
  "42883": "its columns cannot be compared",
  "55P03": `it was locked for longer than ${timeLimit / 1000} seconds`,
};

/** object_not_in_prerequisite_state: a materialised view without data holds nobody. */
const notPopulated = "55000";

/** Rows, or why there are none to be had. */
export type Read = { readonly rows: readonly TextRow[] } | { readonly unreadable: string };

/**
 * Reads in a transaction that may only read, for a bounded time.
 *
 * @param searchPath empty where the statement names all that it uses in full; left out: the session's own
 */
export const readWithin = async (database: Database, statement: Sql, searchPath?: ""): Promise<Read> => {
  try {
    const rows = await database.transaction(async (session) => {
      await session.query(sql`select set_config('transaction_read_only', 'on', true),
        set_config('statement_timeout', ${timeLimit}, true), set_config('lock_timeout', ${timeLimit}, true)`);
      if (searchPath !== undefined) await session.query(sql`select set_config('search_path', '', true)`);
      return session.query(statement);
    });
    return { rows };
  } catch (thrown) {
    const state = sqlState(thrown) ?? "";
    if (state === notPopulated) return { rows: [] };
    const unreadable = refusals[state];
    if (unreadable === undefined) throw thrown;
    return { unreadable };
  }
};
