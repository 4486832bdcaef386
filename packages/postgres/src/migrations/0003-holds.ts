import { sql } from "../sql/sql.ts";
import { tablesIn } from "../store/tables.ts";
import type { Migration } from "./migration.ts";

/** Holds, and a row for each pseudonym of one that stands: what is looked for before every erasure. */
export const holds: Migration = {
  number: 3,
  statements: (schema) => {
    const table = tablesIn(schema);
    return [
      sql`create table ${table.hold} (
  tenant text collate "C" not null,
  id text collate "C" not null,
  version integer not null check (version > 0),
  pseudonyms text[] collate "C" not null,
  placed_at timestamptz(3) not null,
  until date,
  open boolean not null,
  state json not null,
  primary key (tenant, id)
)`,
      sql`create index hold_listed on ${table.hold} (tenant, placed_at, id)`,
      sql`create index hold_standing on ${table.hold} using gin (pseudonyms) where open`,
      sql`insert into ${table.migration} (number) values (3)`,
    ];
  },
};
