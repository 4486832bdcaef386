import { sql } from "../sql/sql.ts";
import { tablesIn } from "../store/tables.ts";
import type { Migration } from "./migration.ts";

/** Each audit entry has a hash over itself and the entry before. */
export const auditChain: Migration = {
  number: 4,
  statements: (schema) => {
    const table = tablesIn(schema);
    return [
      // Entries from before have none, and show as changed: they were never chained.
      sql`alter table ${table.audit} add column hash text collate "C" not null default ''`,
      sql`alter table ${table.audit} alter column hash drop default`,
      sql`insert into ${table.migration} (number) values (4)`,
    ];
  },
};
