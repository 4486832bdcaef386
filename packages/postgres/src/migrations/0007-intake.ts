import { sql } from "../sql/sql.ts";
import { tablesIn } from "../store/tables.ts";
import type { Migration } from "./migration.ts";

/** What the intake of mail remembers: mails that it saw, those that wait for a person, and whom it answered. */
export const intake: Migration = {
  number: 7,
  statements: (schema) => {
    const table = tablesIn(schema);
    return [
      sql`create table ${table.intake_seen} (
  tenant text collate "C" not null,
  fingerprint bytea not null check (octet_length(fingerprint) = 32),
  seen_at timestamptz(3) not null,
  conclusion json,
  primary key (tenant, fingerprint)
)`,
      sql`create index intake_seen_at on ${table.intake_seen} (seen_at) where conclusion is not null`,
      sql`create table ${table.intake_waiting} (
  tenant text collate "C" not null,
  id text collate "C" not null,
  since timestamptz(3) not null,
  reason text collate "C" not null,
  request_id text collate "C",
  sealed bytea not null,
  primary key (tenant, id)
)`,
      sql`create index intake_waiting_listed on ${table.intake_waiting} (tenant, since, id)`,
      sql`create index intake_waiting_since on ${table.intake_waiting} (since)`,
      sql`create table ${table.intake_answer} (
  tenant text collate "C" not null,
  recipient bytea not null check (octet_length(recipient) = 32),
  day date not null,
  count integer not null check (count > 0),
  primary key (tenant, recipient, day)
)`,
      sql`create index intake_answer_day on ${table.intake_answer} (day)`,
      sql`insert into ${table.migration} (number) values (7)`,
    ];
  },
};
