import { sql } from "../sql/sql.ts";
import { tablesIn } from "../store/tables.ts";
import type { Migration } from "./migration.ts";

/** Of whom a sweep had to leave something, for whoever asks about them later. The index holds these parts and no others. */
export const stayed: Migration = {
  number: 11,
  statements: (schema) => {
    const table = tablesIn(schema);
    return [
      sql`alter table ${table.sweep_part} add column about text[] collate "C" not null default '{}'`,
      sql`create index sweep_part_about on ${table.sweep_part} using gin (about) where about <> '{}'`,
      sql`insert into ${table.migration} (number) values (11)`,
    ];
  },
};
