import { setTimeout as pause } from "node:timers/promises";
import { ConfigurationMistake } from "@subject-rights/core";
import { name, type Sql, sql } from "../sql/sql.ts";
import { isPglite, isPool, type PostgresClient, type Queryable } from "./client.ts";
import { isUndone } from "./failure.ts";

/** What every statement here selects is cast to text, so that no driver's conversions matter. */
export type TextRow = Readonly<Record<string, string | null>>;

export interface Session {
  query(statement: Sql): Promise<readonly TextRow[]>;
  /** All of `work` or nothing of it. Within a transaction it is a part of that one, and can fail without it. */
  transaction<Value>(work: (session: Session) => Promise<Value>, signal?: AbortSignal): Promise<Value>;
}

export interface Database extends Session {
  /**
   * All of `work` or nothing of it. Tried again where the server undid it (a deadlock, a serialisation failure),
   * so `work` has no effects outside the session.
   *
   * @param signal undoes it, and no statement is sent any more
   */
  transaction<Value>(work: (session: Session) => Promise<Value>, signal?: AbortSignal): Promise<Value>;
}

const known = new WeakMap<object, Database>();

/**
 * The database behind a client: the same for everybody who was given that client, so that a single connection has
 * one queue.
 */
export const databaseOf = (client: PostgresClient): Database => {
  if (typeof client !== "object" || client === null) {
    throw new ConfigurationMistake("client: hand in a pg Pool, a connected pg client, or PGlite.");
  }
  const found = known.get(client) ?? databaseOver(client);
  known.set(client, found);
  return found;
};

/** Runs one transaction; `work` gets a session that ends with it. */
type Runner = <Value>(work: (queryable: Queryable) => Promise<Value>, signal?: AbortSignal) => Promise<Value>;

const databaseOver = (client: PostgresClient): Database => {
  const run = runnerOver(client);
  const single = singleOver(client);
  return {
    query: (statement) => again(() => single((queryable) => ask(queryable, statement))),
    transaction: (work, signal) =>
      again(() =>
        run(async (queryable) => {
          const { session, end, settle } = endingSession(queryable, signal);
          try {
            const value = await work(session);
            settle();
            return value;
          } finally {
            end();
          }
        }, signal),
      ),
  };
};

const ask = async (queryable: Queryable, statement: Sql): Promise<readonly TextRow[]> => {
  const { text, values } = statement.compile();
  return (await queryable.query(text, [...values])).rows as readonly TextRow[];
};

/**
 * A session that is closed with its transaction: a straggler must not go on outside of it, statement by statement.
 * A statement that failed has ended the transaction for the server, which answers COMMIT with undoing it all, and no
 * error: so `settle` says it.
 */
const endingSession = (queryable: Queryable, signal: AbortSignal | undefined) => {
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

const singleOver = (client: PostgresClient): Runner => {
  if (isPool(client)) {
    return async (work) => {
      const connection = await client.connect();
      return work(connection).then(
        (value) => {
          connection.release();
          return value;
        },
        (thrown: unknown) => {
          connection.release(isBroken(thrown));
          throw thrown;
        },
      );
    };
  }
  return isPglite(client) ? (work) => work(client) : inTurnOn(client);
};

const runnerOver = (client: PostgresClient): Runner => {
  if (isPglite(client)) return (work) => client.transaction(work);
  const inTurn = isPool(client) ? null : inTurnOn(client);
  return async (work, signal) => {
    if (inTurn !== null) return inTurn((connection) => between(connection, work, () => undefined));
    if (!isPool(client)) throw new ConfigurationMistake("client: this is none that is known.");
    const connection = await client.connect();
    let isReleased = false;
    const release = (isUnusable: boolean) => {
      if (!isReleased) connection.release(isUnusable);
      isReleased = true;
    };
    // The statement under way is not waited for: without its connection the server undoes the transaction.
    const breakOff = () => release(true);
    signal?.addEventListener("abort", breakOff, { once: true });
    try {
      signal?.throwIfAborted();
      const value = await between(connection, work, () => release(true));
      release(false);
      return value;
    } catch (thrown) {
      release(isBroken(thrown));
      throw thrown;
    } finally {
      signal?.removeEventListener("abort", breakOff);
    }
  };
};

const between = async <Value>(
  connection: Queryable,
  work: (queryable: Queryable) => Promise<Value>,
  onUnusable: () => void,
): Promise<Value> => {
  await connection.query("begin isolation level read committed");
  try {
    const value = await work(connection);
    await connection.query("commit");
    return value;
  } catch (thrown) {
    // Where not even this can be said, the connection is gone, and the server has undone it.
    await connection.query("rollback").catch(onUnusable);
    throw thrown;
  }
};

const turns = new WeakMap<object, Promise<unknown>>();

/** One connection does one thing at a time: a statement must not slip into somebody else's transaction. */
const inTurnOn =
  (connection: Queryable): Runner =>
  (work) => {
    const turn = (turns.get(connection) ?? Promise.resolve()).then(() => work(connection));
    turns.set(
      connection,
      turn.catch(() => undefined),
    );
    return turn;
  };

/** Without a SQLSTATE it was not the server who answered: nobody knows what state the connection is in. */
const isBroken = (thrown: unknown): boolean =>
  !(typeof thrown === "object" && thrown !== null && "severity" in thrown);

const tries = 6;

const again = async <Value>(work: () => Promise<Value>): Promise<Value> => {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await work();
    } catch (thrown) {
      if (attempt === tries || !isUndone(thrown)) throw thrown;
      await pause(Math.random() * 20 * 2 ** attempt);
    }
  }
};
