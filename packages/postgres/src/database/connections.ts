import { ConfigurationMistake } from "@subject-rights/core";
import {
  isPglite,
  isPool,
  isUnconnected,
  type PgliteShape,
  type PooledConnection,
  type PoolShape,
  type PostgresClient,
  type Queryable,
} from "./client.ts";
import { isFarewell } from "./failure.ts";

/** Something to do on one connection. */
type Work<Value> = (connection: Queryable) => Promise<Value>;

/** How a client gives out its connection, or connections. */
export interface Connections {
  /** For one statement. */
  once<Value>(work: Work<Value>): Promise<Value>;
  /** Between BEGIN and COMMIT. `signal` breaks it off without waiting for the statement under way, where it can. */
  between<Value>(work: Work<Value>, signal?: AbortSignal): Promise<Value>;
}

export const connectionsOf = (client: PostgresClient): Connections => {
  if (isPglite(client)) return ofPglite(client);
  return isPool(client) ? ofPool(client) : ofOne(client);
};

const ofPglite = (client: PgliteShape): Connections => ({
  once: (work) => work(client),
  between: (work) => client.transaction(work),
});

const ofPool = (pool: PoolShape): Connections => {
  const taken = async <Value>(
    work: (connection: PooledConnection, markUnusable: () => void) => Promise<Value>,
    signal?: AbortSignal,
  ): Promise<Value> => {
    const connection = await lent(pool);
    let isReleased = false;
    const release = (isUnusable: boolean) => {
      if (isReleased) return;
      isReleased = true;
      connection.removeListener?.("error", ignored);
      connection.release(isUnusable);
    };
    // Without its connection the server undoes the transaction.
    const breakOff = () => release(true);
    signal?.addEventListener("abort", breakOff, { once: true });
    try {
      signal?.throwIfAborted();
      return await work(connection, breakOff);
    } finally {
      signal?.removeEventListener("abort", breakOff);
      release(false);
    }
  };
  return {
    once: (work) =>
      taken((connection, markUnusable) =>
        work(connection).catch((thrown: unknown) => {
          if (!isAnswer(thrown)) markUnusable();
          throw thrown;
        }),
      ),
    between: (work, signal) =>
      taken((connection, markUnusable) => inTransaction(connection, work, markUnusable), signal),
  };
};

/**
 * A connection that is lost while it is lent tells so by an event, which ends the process where nobody listens. With
 * a callback it is listened to from the moment it is lent; behind a promise that would be a moment too late.
 */
const lent = (pool: PoolShape): Promise<PooledConnection> =>
  new Promise((resolve, reject) => {
    const take = (connection: PooledConnection): void => {
      connection.on?.("error", ignored);
      resolve(connection);
    };
    const promised: Promise<PooledConnection> | undefined = pool.connect((error, connection) => {
      if (connection !== undefined && !error) take(connection);
      else reject(error ?? new Error("The pool lent no connection."));
    });
    // A pool by another name may know no callbacks.
    promised?.then(take, reject);
  });

const ignored = (): void => undefined;

const ofOne = (connection: Queryable): Connections => {
  let last: Promise<unknown> = Promise.resolve();
  /** One connection does one thing at a time: a statement must not slip into somebody else's transaction. */
  const inTurn = <Value>(work: () => Promise<Value>): Promise<Value> => {
    const turn = last.then(() => {
      if (isUnconnected(connection)) {
        throw new ConfigurationMistake(
          "client: call `await client.connect()` before you hand in a pg Client.",
        );
      }
      return work();
    });
    last = turn.catch(() => undefined);
    return turn;
  };
  return {
    once: (work) => inTurn(() => work(connection)),
    between: (work) => inTurn(() => inTransaction(connection, work, () => undefined)),
  };
};

const inTransaction = async <Value>(
  connection: Queryable,
  work: Work<Value>,
  markUnusable: () => void,
): Promise<Value> => {
  try {
    await connection.query("begin isolation level read committed");
    const value = await work(connection);
    await connection.query("commit");
    return value;
  } catch (thrown) {
    // Where not even this can be said, the connection is gone, and the server has undone it.
    await connection.query("rollback").catch(markUnusable);
    throw thrown;
  }
};

/** Whether the server answered, and goes on answering: otherwise nobody knows what state the connection is in. */
const isAnswer = (thrown: unknown): boolean =>
  typeof thrown === "object" && thrown !== null && "severity" in thrown && !isFarewell(thrown);
