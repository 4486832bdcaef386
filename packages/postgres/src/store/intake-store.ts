import {
  defineIntakeStore,
  type IntakeStore,
  type IntakeStoreDefinition,
  type JsonObject,
  type WaitingMail,
} from "@subject-rights/core";
import { databaseOf, type TextRow } from "../database/database.ts";
import type { SchemaCheck } from "../migrations/schema-version.ts";
import { emptySql, type Sql, sql } from "../sql/sql.ts";
import { faithful, instantSql, instantText, textOf } from "./faithful.ts";
import { cursorOf, placeOf } from "./list-cursor.ts";
import { readyFor, type StoreOptions, storeOptions } from "./store-options.ts";
import { defaultSchema, tablesIn } from "./tables.ts";

const columns: Sql = sql`w.tenant, w.id, ${instantText(sql`w.since`)} as since, w.reason, w.request_id,
  encode(w.sealed, 'base64') as sealed`;

const mailOf = (row: TextRow): WaitingMail => ({
  tenant: textOf(row, "tenant"),
  id: textOf(row, "id"),
  since: textOf(row, "since"),
  reason: textOf(row, "reason"),
  requestId: row["request_id"] ?? null,
  // PostgreSQL breaks base64 into lines.
  sealed: textOf(row, "sealed").replaceAll("\n", ""),
});

export const intakeStoreOver = (
  { client, schema = defaultSchema }: StoreOptions,
  ready: SchemaCheck,
): IntakeStoreDefinition => {
  const database = databaseOf(client);
  const tables = tablesIn(schema);
  const mail = ({ tenant, fingerprint }: { readonly tenant: string; readonly fingerprint: string }): Sql =>
    sql`s.tenant = ${faithful(tenant)} and s.fingerprint = decode(${fingerprint}, 'hex')`;

  return {
    async see({ tenant, fingerprint, at }) {
      await ready();
      await database.query(sql`insert into ${tables.intake_seen} (tenant, fingerprint, seen_at)
        values (${faithful(tenant)}, decode(${fingerprint}, 'hex'), ${instantSql(at)})
        on conflict (tenant, fingerprint) do nothing`);
      const [row = {}] =
        await database.query(sql`select ${instantText(sql`s.seen_at`)} as seen_at, s.conclusion::text as conclusion
        from ${tables.intake_seen} s where ${mail({ tenant, fingerprint })}`);
      return {
        at: textOf(row, "seen_at"),
        conclusion: JSON.parse(row["conclusion"] ?? "null") as JsonObject | null,
      };
    },

    async conclude({ tenant, fingerprint, conclusion, waiting, most }) {
      await ready();
      return database.transaction(async (session) => {
        const [seen] = await session.query(sql`select (s.conclusion is not null)::text as concluded
          from ${tables.intake_seen} s where ${mail({ tenant, fingerprint })} for update`);
        if (seen === undefined) throw new Error("A mail is concluded that was never seen.");
        if (seen["concluded"] === "true") return { outcome: "concluded" };
        if (waiting !== null) {
          // One after the other, or two would both be the last that fits.
          await session.query(
            sql`select pg_advisory_xact_lock(hashtextextended(${faithful(tenant)}, 7463895120446713))::text`,
          );
          const [row = {}] = await session.query(
            sql`select count(*)::text as count from ${tables.intake_waiting} w where w.tenant = ${faithful(tenant)}`,
          );
          if (Number(textOf(row, "count")) >= most) return { outcome: "full" };
          await session.query(sql`insert into ${tables.intake_waiting}
            (tenant, id, since, reason, request_id, sealed)
            values (${faithful(waiting.tenant)}, ${faithful(waiting.id)}, ${instantSql(waiting.since)},
              ${faithful(waiting.reason)}, ${waiting.requestId && faithful(waiting.requestId)},
              decode(${waiting.sealed}, 'base64'))`);
        }
        await session.query(sql`update ${tables.intake_seen} s
          set conclusion = ${JSON.stringify(conclusion)}::json where ${mail({ tenant, fingerprint })}`);
        return { outcome: "stored" };
      });
    },

    async countAnswer({ tenant, recipient, day, most }) {
      if (most < 1) return false;
      await ready();
      const rows = await database.query(sql`insert into ${tables.intake_answer} as a
        (tenant, recipient, day, count)
        values (${faithful(tenant)}, decode(${recipient}, 'hex'), ${day}::date, 1)
        on conflict (tenant, recipient, day) do update set count = a.count + 1 where a.count < ${most}::integer
        returning 'counted' as done`);
      return rows.length === 1;
    },

    async read({ tenant, id }) {
      await ready();
      const [row] = await database.query(sql`select ${columns} from ${tables.intake_waiting} w
        where w.tenant = ${faithful(tenant)} and w.id = ${faithful(id)}`);
      return row && mailOf(row);
    },

    async list({ tenant, cursor, limit }) {
      await ready();
      const which = "waiting-mails";
      const place = cursor === undefined ? null : placeOf(cursor, { tenant, which });
      const rows = await database.query(sql`select ${columns} from ${tables.intake_waiting} w
        where w.tenant = ${faithful(tenant)}
        ${place === null ? emptySql : sql`and (w.since, w.id) > (${instantSql(place.receivedAt)}, ${place.id})`}
        order by w.since, w.id limit ${limit + 1}::bigint`);
      const mails = rows.slice(0, limit).map(mailOf);
      const last = mails.at(-1);
      return {
        mails,
        cursor:
          last !== undefined && rows.length > limit
            ? cursorOf({ tenant, which, receivedAt: last.since, id: last.id })
            : undefined,
      };
    },

    async remove({ tenant, id }) {
      await ready();
      const rows = await database.query(sql`delete from ${tables.intake_waiting} w
        where w.tenant = ${faithful(tenant)} and w.id = ${faithful(id)} returning 'gone' as done`);
      return rows.length === 1;
    },

    async overdue({ before, limit }) {
      await ready();
      const rows = await database.query(sql`select w.tenant, w.id from ${tables.intake_waiting} w
        where w.since < ${instantSql(before)} order by w.since, w.id limit ${limit}::bigint`);
      return rows.map((row) => ({ tenant: textOf(row, "tenant"), id: textOf(row, "id") }));
    },

    async forget({ before }) {
      await ready();
      await database.query(sql`delete from ${tables.intake_seen} s
        where s.seen_at < ${instantSql(before)} and s.conclusion is not null`);
      await database.query(
        sql`delete from ${tables.intake_answer} a where a.day < ${before.slice(0, 10)}::date`,
      );
    },
  };
};

/**
 * What the intake of mail remembers, in PostgreSQL.
 *
 * @throws ConfigurationMistake where the client or the name of the schema cannot be one
 */
export const postgresIntakeStore = (options: StoreOptions): IntakeStore =>
  defineIntakeStore(intakeStoreOver(options, readyFor("postgresIntakeStore", storeOptions, options)));
