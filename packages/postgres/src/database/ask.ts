import type { Sql } from "../sql/sql.ts";
import { isPgClient, type Queryable } from "./client.ts";
import { isPreparationLost } from "./failure.ts";
import type { TextRow } from "./session.ts";
import { statementNames } from "./statement-names.ts";

/** Sends one statement. */
export type Ask = (queryable: Queryable, statement: Sql) => Promise<readonly TextRow[]>;

/**
 * Sends what may be prepared as a prepared statement, until it shows that connections do not keep them: a pooler that
 * gives each transaction another connection of the server (PgBouncer without `max_prepared_statements`) loses them, or
 * has them already. From there on all are sent as they are. What failed for that was not carried out.
 */
export const preparing = (): Ask => {
  let prepares = true;
  const nameOf = statementNames();
  return async (queryable, statement) => {
    const { text, values, isKept = false } = statement.compile();
    const client = isKept && prepares && isPgClient(queryable) ? queryable : undefined;
    const name = client && nameOf(text);
    if (client === undefined || name === undefined) {
      return (await queryable.query(text, [...values])).rows as readonly TextRow[];
    }
    try {
      return (await client.query({ name, text, values: [...values] })).rows as readonly TextRow[];
    } catch (thrown) {
      if (isPreparationLost(thrown)) prepares = false;
      throw thrown;
    }
  };
};
