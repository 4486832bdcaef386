import type { Database, TextRow } from "../database/database.ts";
import { sqlState } from "../database/failure.ts";
import { type Sql, sql } from "../sql/sql.ts";

/**
 * Feature not supported, data exception, constraint violation, syntax or access, PL/pgSQL's own; and
 * read_only_sql_transaction, where a condition tries to write.
 */
const answers = /^(?:0A|22|23|42|P0|25006)/;

export type Answer = { readonly row: TextRow } | { readonly refused: string };

/**
 * Asks the server whether it takes an expression. Nothing is changed, whatever functions it calls.
 *
 * @returns the one row, or the SQLSTATE with which the expression was refused
 * @throws what the driver threw where the server could not be asked
 */
export const ask = async (database: Database, question: Sql): Promise<Answer> => {
  try {
    return await database.transaction(async (session) => {
      await session.query(sql`set transaction read only`);
      const [row] = await session.query(question);
      if (row === undefined) throw new Error("The server answered a question about one row with none.");
      return { row };
    });
  } catch (thrown) {
    const state = sqlState(thrown);
    if (state === undefined || !answers.test(state)) throw thrown;
    return { refused: state };
  }
};
