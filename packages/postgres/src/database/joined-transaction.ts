import { foreignStatement } from "../sql/sql.ts";
import type { PostgresClient } from "./client.ts";
import type { Session } from "./database.ts";

const marker: unique symbol = Symbol.for("@subject-rights/postgres/joined-transaction");

/**
 * What the request store hands to a data source on the same client, so that both work in one transaction; and to a
 * queue of jobs in the same database.
 */
export interface JoinedTransaction {
  readonly client: PostgresClient;
  /** Ends with the transaction: a statement that comes later is refused. */
  readonly session: Session;
  /** For a library that has statements of its own, pg-boss say: the text and the values go to the driver as they are. */
  readonly executeSql: (text: string, values?: readonly unknown[]) => Promise<{ rows: readonly unknown[] }>;
}

export const joinedTransaction = (client: PostgresClient, session: Session): JoinedTransaction => ({
  client,
  session,
  executeSql: async (text, values = []) => ({ rows: await session.query(foreignStatement(text, values)) }),
  ...{ [marker]: true },
});

/** Whether a handle that the library hands on was made here. Which client it is on is for the caller to compare. */
export const isJoinedTransaction = (handle: unknown): handle is JoinedTransaction =>
  typeof handle === "object" && handle !== null && marker in handle;
