import { name, sql } from "../sql/sql.ts";
import { tablesIn } from "../store/tables.ts";
import type { Migration } from "./migration.ts";

/** Whoever lets somebody be taken in again finds all the names that one sweep put there for them. */
export const suppressedPeople: Migration = {
  number: 12,
  statements: (schema) => {
    const table = tablesIn(schema);
    return [
      sql`alter table ${table.suppression} add column person text collate "C"`,
      sql`create index suppression_person on ${table.suppression} (tenant, cause, person)`,
      sql`drop index ${name(schema, "suppression_cause")}`,
      sql`insert into ${table.migration} (number) values (12)`,
    ];
  },
};
