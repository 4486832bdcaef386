import { join, name, sql } from "../sql/sql.ts";
import type { Ask } from "./ask.ts";
import type { Queryable } from "./client.ts";
import { canCopy, copyOut } from "./copy-out.ts";
import type { Session } from "./session.ts";

/**
 * A session that is closed with its transaction: a straggler must not go on outside of it, statement by statement.
 * A statement that failed has ended the transaction for the server, which answers COMMIT with undoing it all, and no
 * error: so `settle` says it.
 */
export const endingSession = (queryable: Queryable, ask: Ask, signal: AbortSignal | undefined) => {
  let isOver = false;
  let parts = 0;
  const failures: unknown[] = [];
  const send = async <Answer>(work: () => Promise<Answer>): Promise<Answer> => {
    signal?.throwIfAborted();
    if (isOver) throw new Error("The transaction is over: nothing is sent in it any more.");
    try {
      return await work();
    } catch (thrown) {
      failures.push(thrown);
      throw thrown;
    }
  };
  const query: Session["query"] = (statement) => send(() => ask(queryable, statement));
  const copy: NonNullable<Session["copy"]> = async (copied, take) => {
    const { text, settings } = sql`copy (${copied}) to stdout (encoding 'UTF8')`.withSettings();
    const made = settings.map(
      (setting, index) =>
        sql`pg_catalog.set_config(${setting.name}, ${setting.value}, true) is null as ${name(`s${index}`)}`,
    );
    if (made.length > 0) await query(sql`select ${join(made)}`);
    await send(() => copyOut(queryable, text, take));
  };
  const session: Session = {
    query,
    ...(canCopy(queryable) && { copy }),
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
