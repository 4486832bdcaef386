import { sql } from "../sql/sql.ts";
import { tablesIn } from "../store/tables.ts";
import type { Migration } from "./migration.ts";

/** Sweeps. Their claims stand beside those of requests, which keeps both apart; so do their audit entries. */
export const sweeps: Migration = {
  number: 2,
  statements: (schema) => {
    const table = tablesIn(schema);
    return [
      sql`create table ${table.sweep} (
  tenant text collate "C" not null,
  id text collate "C" not null,
  version integer not null check (version > 0),
  category text collate "C" not null,
  started_at timestamptz(3) not null,
  state json not null,
  sealed text collate "C",
  primary key (tenant, id)
)`,
      sql`create index sweep_listed on ${table.sweep} (tenant, started_at, id)`,

      sql`create table ${table.sweep_part} (
  tenant text collate "C" not null,
  sweep_id text collate "C" not null,
  number integer not null check (number > 0),
  kind text collate "C" not null,
  info json not null,
  sealed text collate "C",
  primary key (tenant, sweep_id, number)
)`,

      sql`insert into ${table.migration} (number) values (2)`,
    ];
  },
};
