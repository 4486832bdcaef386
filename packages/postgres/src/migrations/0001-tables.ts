import { name, sql } from "../sql/sql.ts";
import { tablesIn } from "../store/tables.ts";
import type { Migration } from "./migration.ts";

/**
 * Texts compare byte by byte (`collate "C"`): the order of a list depends on no locale, and survives an upgrade of
 * the system's. `json` and not `jsonb`: what is opaque comes back as it was, `\u0000` included.
 */
export const tables: Migration = {
  number: 1,
  statements: (schema) => {
    const table = tablesIn(schema);
    const refuse = name(schema, "refuse_change");
    return [
      sql`create table ${table.migration} (
  number integer primary key,
  applied_at timestamptz not null default now()
)`,

      // Claims and token hashes stand in their own tables as well, where constraints keep requests apart.
      sql`create table ${table.request} (
  tenant text collate "C" not null,
  id text collate "C" not null,
  version integer not null check (version > 0),
  kind text collate "C" not null,
  category text collate "C" not null,
  received_at timestamptz(3) not null,
  open boolean not null,
  duplicate_key text collate "C" not null,
  claims text[] collate "C" not null,
  token_hashes text[] collate "C" not null,
  wake_at timestamptz(3),
  state json not null,
  sealed text collate "C",
  primary key (tenant, id)
)`,
      sql`create unique index request_once on ${table.request} (tenant, duplicate_key) where open`,
      sql`create index request_due on ${table.request} (wake_at, tenant, id) where wake_at is not null`,
      sql`create index request_listed on ${table.request} (tenant, received_at, id)`,
      sql`create index request_open on ${table.request} (tenant, received_at, id) where open`,

      sql`create table ${table.claim} (
  tenant text collate "C" not null,
  claim text collate "C" not null,
  request_id text collate "C" not null,
  primary key (tenant, claim)
)`,
      sql`create table ${table.token} (
  token_hash text collate "C" primary key,
  tenant text collate "C" not null,
  request_id text collate "C" not null
)`,

      sql`create table ${table.audit} (
  tenant text collate "C" not null,
  request_id text collate "C" not null,
  sequence integer not null check (sequence > 0),
  at timestamptz(3) not null,
  actor text collate "C" not null,
  action text collate "C" not null,
  source text collate "C",
  detail json not null,
  primary key (tenant, request_id, sequence)
)`,
      sql`create function ${refuse}() returns trigger language plpgsql as $body$
begin
  raise exception 'audit entries are only ever added' using errcode = 'restrict_violation';
end
$body$`,
      sql`create trigger only_added before update or delete or truncate on ${table.audit}
  for each statement execute function ${refuse}()`,
      // Also where a session calls itself a replica, which silences ordinary triggers.
      sql`alter table ${table.audit} enable always trigger only_added`,

      sql`create table ${table.artifact} (
  tenant text collate "C" not null,
  request_id text collate "C" not null,
  name text collate "C" not null,
  number integer not null check (number >= 0),
  expires_at timestamptz(3) not null,
  bytes bytea not null,
  primary key (tenant, request_id, name, number)
)`,
      // What is encrypted does not get smaller.
      sql`alter table ${table.artifact} alter column bytes set storage external`,
      sql`create index artifact_expiring on ${table.artifact} (expires_at)`,

      sql`create table ${table.source_status} (
  tenant text collate "C" not null,
  source text collate "C" not null,
  status text collate "C" not null,
  problem text collate "C",
  at timestamptz(3) not null,
  refreshed_at timestamptz(3),
  primary key (tenant, source)
)`,

      // A destroyed key lies in its page until it is vacuumed, so this small table is vacuumed early.
      sql`create table ${table.key} (
  name text collate "C" primary key,
  wrapped bytea not null
) with (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 10)`,

      sql`insert into ${table.migration} (number) values (1)`,
    ];
  },
};
