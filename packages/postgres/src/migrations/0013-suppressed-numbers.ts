import { sql } from "../sql/sql.ts";
import { tablesIn } from "../store/tables.ts";
import type { Migration } from "./migration.ts";

/** Whoever lets somebody be taken in again does not reach who is known by another number, and has had the same address. */
export const suppressedNumbers: Migration = {
  number: 13,
  statements: (schema) => {
    const table = tablesIn(schema);
    return [
      sql`alter table ${table.suppression} add column number_type text collate "C"`,
      sql`insert into ${table.migration} (number) values (13)`,
    ];
  },
};
