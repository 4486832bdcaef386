import { type Sql, sql } from "../sql/sql.ts";

/**
 * A column's value as the output function of its type writes it, which is what `valueReader` reads; NULL for NULL.
 *
 * A cast to text is something else: it takes the blanks off `char(n)`, puts a mask on `inet`, and where the
 * application has a cast of its own it does anything. `is null` is something else too: it is true for a composite
 * whose attributes are all NULL.
 *
 * @param column evaluated twice
 */
export const textOf = (column: Sql): Sql =>
  sql`case when pg_catalog.num_nulls(${column}) = 0 then pg_catalog.format('%s', ${column}) end`;
