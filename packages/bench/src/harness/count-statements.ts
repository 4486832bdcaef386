import type { Pool, PoolClient } from "pg";

export interface StatementCount {
  statements: number;
  /** Those that are no plain `select`: most of them are a commit each, for which the server waits for its disk. */
  writing: number;
}

/** Counts from now on what is sent over connections that this pool opens later. */
export const countStatements = (pool: Pool): StatementCount => {
  const count = { statements: 0, writing: 0 };
  pool.on("connect", (client: PoolClient) => {
    const query = client.query.bind(client) as (...input: unknown[]) => unknown;
    client.query = ((...input: unknown[]) => {
      const [first] = input;
      const text =
        typeof first === "string" ? first : (first as { readonly text?: string } | undefined)?.text;
      count.statements += 1;
      if (!/^\s*select/i.test(text ?? "")) count.writing += 1;
      return query(...input);
    }) as PoolClient["query"];
  });
  return count;
};
