import { setTimeout as pause } from "node:timers/promises";
import { ConfigurationMistake } from "@subject-rights/core";
import { preparing } from "./ask.ts";
import type { PostgresClient } from "./client.ts";
import { connectionsOf } from "./connections.ts";
import { endingSession } from "./ending-session.ts";
import { isPreparationLost, isUndone } from "./failure.ts";
import type { Session } from "./session.ts";

export type { Session, TextRow } from "./session.ts";

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

const databaseOver = (client: PostgresClient): Database => {
  const { once, between } = connectionsOf(client);
  const ask = preparing();
  return {
    query: (statement) => again(() => once((connection) => ask(connection, statement))),
    transaction: (work, signal) =>
      again(() =>
        between(async (connection) => {
          const { session, end, settle } = endingSession(connection, ask, signal);
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

/** How often something is tried that the server undid, or could not carry out as it was prepared. */
const tries = 6;

const again = async <Value>(work: () => Promise<Value>): Promise<Value> => {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await work();
    } catch (thrown) {
      // From its second attempt on nothing is prepared any more.
      const isWorthIt = isUndone(thrown) || (attempt === 1 && isPreparationLost(thrown));
      if (attempt === tries || !isWorthIt) throw thrown;
      await pause(Math.random() * 20 * 2 ** attempt);
    }
  }
};
