import { sql } from "../sql/sql.ts";
import { tablesIn } from "../store/tables.ts";
import type { Migration } from "./migration.ts";

/**
 * Whose package can be fetched, for whoever erases the person; of the packages that there are already, too. Few requests
 * have one, so the index holds few, and costs the others nothing.
 */
export const about: Migration = {
  number: 9,
  statements: (schema) => {
    const table = tablesIn(schema);
    return [
      sql`alter table ${table.request} add column about text[] collate "C" not null default '{}'`,
      sql`update ${table.request} set about =
  array(select json_array_elements_text(state -> 'request' -> 'pseudonyms'))
where kind = 'export' and sealed is not null and json_typeof(state -> 'request' -> 'package') = 'object'`,
      sql`create index request_about on ${table.request} using gin (about) where about <> '{}'`,
      sql`insert into ${table.migration} (number) values (9)`,
    ];
  },
};
