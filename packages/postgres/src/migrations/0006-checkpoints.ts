import { name, sql } from "../sql/sql.ts";
import { tablesIn } from "../store/tables.ts";
import type { Migration } from "./migration.ts";

/** Signed checkpoints over all audits. */
export const checkpoints: Migration = {
  number: 6,
  statements: (schema) => {
    const table = tablesIn(schema);
    const refuse = name(schema, "refuse_checkpoint_change");
    return [
      // Its audit was looked at when it had this version. Nothing that commits has to know of it.
      sql`alter table ${table.request} add column checkpointed integer not null default 0`,
      sql`alter table ${table.sweep} add column checkpointed integer not null default 0`,
      sql`create index request_to_checkpoint on ${table.request} (tenant, id) where checkpointed < version`,
      sql`create index sweep_to_checkpoint on ${table.sweep} (tenant, id) where checkpointed < version`,
      sql`create table ${table.checkpoint} (
  tenant text collate "C" not null,
  number integer not null check (number > 0),
  leaves bigint not null,
  root text collate "C" not null,
  at timestamptz(3) not null,
  peaks json not null,
  signature json not null,
  primary key (tenant, number)
)`,
      sql`create table ${table.checkpoint_leaf} (
  tenant text collate "C" not null,
  index bigint not null check (index >= 0),
  checkpoint integer not null,
  chain text collate "C" not null,
  entries integer not null,
  hash text collate "C" not null,
  primary key (tenant, index)
)`,
      sql`create index checkpoint_leaf_chain on ${table.checkpoint_leaf} (tenant, chain, index)`,
      sql`create function ${refuse}() returns trigger language plpgsql as $body$
begin
  raise exception 'checkpoints are only ever added' using errcode = 'restrict_violation';
end
$body$`,
      ...[table.checkpoint, table.checkpoint_leaf].flatMap((each) => [
        sql`create trigger only_added before update or delete or truncate on ${each}
  for each statement execute function ${refuse}()`,
        sql`alter table ${each} enable always trigger only_added`,
      ]),
      sql`insert into ${table.migration} (number) values (6)`,
    ];
  },
};
