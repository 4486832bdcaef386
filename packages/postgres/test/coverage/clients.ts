import { orThrow } from "@subject-rights/core";
import type { Coverage, DataMap, PostgresClient } from "../../src/index.ts";
import { coverage } from "../../src/index.ts";
import { createDatabase, emptying } from "../support/database.ts";
import { createPglite, freePglite } from "../support/pglite.ts";

export interface Asked {
  readonly client: PostgresClient;
  /** Several statements, as a migration has them. */
  run(script: string): Promise<void>;
  /** Back to an empty database. */
  empty(): Promise<void>;
  end(): Promise<void>;
}

export const servers = {
  PostgreSQL: async () => {
    const database = await createDatabase();
    const run = async (script: string): Promise<void> => void (await database.pool.query(script));
    return { client: database.pool, run, empty: () => run(emptying), end: database.drop };
  },
  PGlite: async () => {
    const pglite = await createPglite();
    const run = async (script: string): Promise<void> => void (await pglite.exec(script));
    return { client: pglite, run, empty: () => run(emptying), end: () => freePglite(pglite) };
  },
} satisfies Record<string, () => Promise<Asked>>;

export const covered = async ({ client }: Pick<Asked, "client">, dataMap: DataMap): Promise<Coverage> =>
  orThrow(await coverage(client, dataMap));

/** Gaps in short: `code table.column`. */
export const inShort = ({ gaps }: Coverage): readonly string[] =>
  gaps.map(({ code, table, column }) => `${code} ${table}${column === null ? "" : `.${column}`}`);
