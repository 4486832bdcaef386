import { sql } from "../sql/sql.ts";
import { tablesIn } from "../store/tables.ts";
import type { Migration } from "./migration.ts";

/**
 * What each request stands at, and since when: a health check counts it, and reads no request. Most requests of a table
 * stand at nothing, so the index has few rows. One that was stored before this says nothing until it is stored again.
 */
export const standings: Migration = {
  number: 10,
  statements: (schema) => {
    const table = tablesIn(schema);
    return [
      sql`alter table ${table.request} add column standings jsonb not null default '[]'`,
      sql`create index request_standings on ${table.request} (tenant, id) where standings <> '[]'`,
      sql`insert into ${table.migration} (number) values (10)`,
    ];
  },
};
