import type { Pool } from "pg";
import Cursor from "pg-cursor";
import { columns } from "./rows.ts";

const rowsAtOnce = 5_000;

export type CursorRow = Readonly<Record<string, string | number | boolean | Date | null>>;

/** The rows of the customer in the order of their keys, so many at once, over a cursor of the server. */
export async function* cursorOver(
  pool: Pool,
  after: string | null = null,
): AsyncGenerator<readonly CursorRow[]> {
  const client = await pool.connect();
  try {
    const text = `select ${columns.join(", ")} from visits where customer_id = 1 and id > $1 order by id`;
    const cursor = client.query(new Cursor<CursorRow>(text, [after ?? "0"]));
    for (;;) {
      const rows = await cursor.read(rowsAtOnce);
      if (rows.length === 0) break;
      yield rows;
    }
    await cursor.close();
  } finally {
    client.release();
  }
}

/** A row of `pg` as it is: what it cannot keep as a number comes as text. */
export const asPlainRow = (row: CursorRow): CursorRow => ({ ...row });
