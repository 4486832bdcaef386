import type { MappedTable } from "../data-map/resolved-map.ts";
import { join, name, type Sql, sql } from "../sql/sql.ts";
import { isAnonymised } from "./anonymised.ts";

/** A row that is deleted is due as long as it is there; one that stays, as long as a value is not anonymised. */
export const dueCondition = (table: MappedTable, alias: Sql): Sql => {
  if (table.erasure === "delete") return sql`true`;
  const seen = table.columns.flatMap(({ column, anonymise }) =>
    anonymise === null
      ? []
      : (isAnonymised(sql`${alias}.${name(column.name)}`, column.type, anonymise) ?? []),
  );
  if (seen.length > 0) return sql`not (${join(seen, sql` and `)})`;
  // Only functions, whose results cannot be told: due as long as the row belongs to the person.
  return table.columns.some(({ anonymise }) => anonymise !== null) ? sql`true` : sql`false`;
};
