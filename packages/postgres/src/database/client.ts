/** Something that answers a query: a connected `pg` client, or what a transaction of PGlite hands out. */
export interface Queryable {
  query(text: string, values?: unknown[]): Promise<{ readonly rows: readonly unknown[] }>;
}

/** The shape of a `pg` `Pool`. Each transaction takes a client of its own. */
export interface PoolShape {
  readonly totalCount: number;
  connect(
    callback?: (error: Error | undefined, connection?: PooledConnection) => void,
  ): Promise<PooledConnection>;
}

/** What a pool lends. */
export interface PooledConnection extends Queryable {
  release(error?: Error | boolean): void;
  on?(event: "error", listener: () => void): unknown;
  removeListener?(event: "error", listener: () => void): unknown;
}

/** The shape of PGlite. */
export interface PgliteShape extends Queryable {
  transaction<Value>(work: (transaction: Queryable) => Promise<Value>): Promise<Value>;
}

/**
 * The application's own connection, taken by its shape: a `pg` `Pool`, one connected `pg` client, or PGlite. It
 * is never connected, configured or closed here. Over one client everything waits its turn: it must not be in the
 * middle of a transaction of the application's.
 */
export type PostgresClient = PoolShape | Queryable | PgliteShape;

export const isPool = (client: PostgresClient): client is PoolShape =>
  "totalCount" in client && "connect" in client;

export const isPglite = (client: PostgresClient): client is PgliteShape => "transaction" in client;

/** A client of `pg`, which takes more than a text: known by the means it has to speak the protocol. */
export interface PgClient extends Queryable {
  query(text: string, values?: unknown[]): Promise<{ readonly rows: readonly unknown[] }>;
  query(query: {
    readonly name: string;
    readonly text: string;
    readonly values: unknown[];
  }): Promise<{ readonly rows: readonly unknown[] }>;
}

/**
 * Whether a client of `pg` was never told to connect: it keeps all that it is asked, and answers nothing. One that is
 * connecting by now answers later.
 */
export const isUnconnected = (client: Queryable): boolean =>
  "_connected" in client &&
  client._connected === false &&
  "_connecting" in client &&
  client._connecting === false;

export const isPgClient = (client: Queryable): client is PgClient => {
  const { connection } = client as { readonly connection?: unknown };
  return (
    typeof connection === "object" &&
    connection !== null &&
    "sendCopyFail" in connection &&
    typeof connection.sendCopyFail === "function"
  );
};
