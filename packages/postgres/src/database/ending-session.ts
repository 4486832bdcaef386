import { name, type Sql, sql } from "../sql/sql.ts";
import type { Queryable } from "./client.ts";
import type { Session, TextRow } from "./session.ts";

/** Sends one statement. */
export const ask = async (queryable: Queryable, statement: Sql): Promise<readonly TextRow[]> => {
  const { text, values } = statement.compile();
  return (await queryable.query(text, [...values])).rows as readonly TextRow[];
};

/**
 * A session that is closed with its transaction: a straggler must not go on outside of it, statement by statement.
 * A statement that failed has ended the transaction for the server, which answers COMMIT with undoing it all, and no
 * error: so `settle` says it.
 */
export const endingSession = (queryable: Queryable, signal: AbortSignal | undefined) => {
  let isOver = false;
  let parts = 0;
  const failures: unknown[] = [];
  const query: Session["query"] = async (statement) => {
    signal?.throwIfAborted();
    if (isOver) throw new Error("The transaction is over: nothing is sent in it any more.");
    try {
      return await ask(queryable, statement);
    } catch (thrown) {
      failures.push(thrown);
      throw thrown;
    }
  };
  const session: Session = {
    query,
    transaction: async (work) => {
      parts += 1;
      const part = name(`part_${parts}`);
      const before = failures.length;
      await query(sql`savepoint ${part}`);
      try {
        const value = await work(session);
        await query(sql`release savepoint ${part}`);
        return value;
      } catch (thrown) {
        await query(sql`rollback to savepoint ${part}`);
        // What failed in this part is undone with it.
        failures.splice(before);
        throw thrown;
      }
    },
  };
  return {
    session,
    end: () => {
      isOver = true;
    },
    settle: () => {
      signal?.throwIfAborted();
      if (failures.length > 0) throw failures[0];
    },
  };
};
