import { sql } from "../sql/sql.ts";
import { tablesIn } from "../store/tables.ts";
import type { Migration } from "./migration.ts";

/** Who is not to be taken in again; and keys that can be rotated. */
export const suppressions: Migration = {
  number: 5,
  statements: (schema) => {
    const table = tablesIn(schema);
    return [
      sql`alter table ${table.key} add column generation integer not null default 1 check (generation > 0)`,
      sql`alter table ${table.key} alter column generation drop default`,
      sql`alter table ${table.key} drop constraint key_pkey, add primary key (name, generation)`,
      sql`create table ${table.suppression} (
  tenant text collate "C" not null,
  pseudonym bytea not null check (octet_length(pseudonym) = 32),
  category text collate "C" not null,
  cause text collate "C" not null,
  reason text collate "C" not null,
  generation integer not null check (generation > 0),
  begun_at timestamptz(3) not null,
  ended_at timestamptz(3),
  lifted json,
  primary key (tenant, pseudonym, category, cause)
)`,
      sql`create index suppression_cause on ${table.suppression} (tenant, cause)`,
      sql`create index suppression_generation on ${table.suppression} (tenant, generation)`,
      sql`create index suppression_newest on ${table.suppression} (tenant, greatest(begun_at, ended_at))`,
      sql`insert into ${table.migration} (number) values (5)`,
    ];
  },
};
