import type pg from "pg";
import type { PoolShape } from "../../src/index.ts";

/** Stands around each statement of the store: may look at it, or fail in its place. */
export type Around = <Answer>(text: string, send: () => Promise<Answer>) => Promise<Answer>;

/** The shape of a pool over a pool, with somebody around its statements. */
export const watchedClient = (pool: pg.Pool, around: Around): PoolShape => ({
  get totalCount() {
    return pool.totalCount;
  },
  connect: async () => {
    const client = await pool.connect();
    return {
      query: (text, values) => around(text, () => client.query(text, values)),
      release: (error) => client.release(error),
      on: (event, listener) => client.on(event, listener),
      removeListener: (event, listener) => client.removeListener(event, listener),
    };
  },
});

/** Notes the SQLSTATE of every statement that fails. */
export const noting =
  (codes: unknown[]): Around =>
  async (_text, send) => {
    try {
      return await send();
    } catch (thrown) {
      if (typeof thrown === "object" && thrown !== null && "code" in thrown) codes.push(thrown.code);
      throw thrown;
    }
  };
