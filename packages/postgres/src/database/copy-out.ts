import { isPgClient, type Queryable } from "./client.ts";

/** A client that sends several queries at once (`pipeline`) takes none that speaks the protocol itself. */
export const canCopy = (client: Queryable): boolean =>
  isPgClient(client) && (client as { readonly pipeline?: unknown }).pipeline !== true;

/**
 * Runs `COPY … TO STDOUT`, and hands on what arrives, row by row.
 *
 * @param client one that `canCopy`
 * @param take gets bytes that are good until it returns; after a throw it is called no more, and the rest is read past
 */
export const copyOut = (client: Queryable, text: string, take: (row: Buffer) => void): Promise<void> =>
  new Promise((resolve, reject) => {
    const submitted = new CopyOut(text, take, (failure) => {
      if (failure === null) resolve();
      else reject(failure.thrown);
    });
    // Taken in place of a query, as `pg-cursor` is. It answers with what it was given, and with no promise.
    void client.query(submitted as never);
  });

/** What these tell is of no use here. */
const nothing = (): void => undefined;

interface Failure {
  readonly thrown: unknown;
}

/** A `Submittable` of `pg`, which tells it what the server sends. The names are those that `pg` calls. */
class CopyOut {
  readonly #text: string;
  readonly #take: (row: Buffer) => void;
  #failure: Failure | null = null;
  /** Called once it is over. `pg` puts its own around it, to stop the clock of `query_timeout`. */
  callback: (thrown: unknown) => void;

  constructor(text: string, take: (row: Buffer) => void, end: (failure: Failure | null) => void) {
    this.#text = text;
    this.#take = take;
    this.callback = (thrown) => end(thrown === null ? this.#failure : { thrown });
  }

  submit(connection: { query(text: string): void }): void {
    connection.query(this.#text);
  }

  handleCopyData({ chunk }: { readonly chunk: Buffer }): void {
    if (this.#failure !== null) return;
    try {
      this.#take(chunk);
    } catch (thrown) {
      // A throw would go through the socket, and end the process.
      this.#failure = { thrown };
    }
  }

  handleError(thrown: unknown): void {
    this.callback(thrown);
  }

  handleReadyForQuery(): void {
    this.callback(null);
  }

  readonly handleRowDescription = nothing;
  readonly handleDataRow = nothing;
  readonly handlePortalSuspended = nothing;
  readonly handleEmptyQuery = nothing;
  readonly handleCommandComplete = nothing;
}
