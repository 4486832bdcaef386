import {
  defineSourceStatusStore,
  type ProblemCode,
  type SourceStatus,
  type SourceStatusStore,
  type SourceStatusStoreDefinition,
} from "@subject-rights/core";
import { databaseOf } from "../database/database.ts";
import type { SchemaCheck } from "../migrations/schema-version.ts";
import { sql } from "../sql/sql.ts";
import { faithful, instantSql, instantText, textOf } from "./faithful.ts";
import { readyFor, type StoreOptions, storeOptions } from "./store-options.ts";
import { defaultSchema, tablesIn } from "./tables.ts";

export const sourceStatusStoreOver = (
  { client, schema = defaultSchema }: StoreOptions,
  ready: SchemaCheck,
): SourceStatusStoreDefinition => {
  const database = databaseOf(client);
  const table = tablesIn(schema).source_status;
  return {
    async put({ tenant, source, status, problem, at, refreshedAt }) {
      await ready();
      await database.query(
        sql`insert into ${table} (tenant, source, status, problem, at, refreshed_at)
        values (${faithful(tenant)}, ${faithful(source)}, ${status}, ${problem}, ${instantSql(at)},
          ${instantSql(refreshedAt)})
        on conflict (tenant, source) do update set status = excluded.status, problem = excluded.problem,
          at = excluded.at, refreshed_at = excluded.refreshed_at`.prepared(),
      );
    },

    async list({ tenant }) {
      await ready();
      const rows = await database.query(
        sql`select s.tenant, s.source, s.status, s.problem,
        ${instantText(sql`s.at`)} as at, ${instantText(sql`s.refreshed_at`)} as refreshed_at
        from ${table} s where s.tenant = ${faithful(tenant)} order by s.source`.prepared(),
      );
      // The bridge of core checks the words.
      return rows.map((row) => ({
        tenant: textOf(row, "tenant"),
        source: textOf(row, "source"),
        status: textOf(row, "status") as SourceStatus,
        problem: (row["problem"] ?? null) as ProblemCode | null,
        at: textOf(row, "at"),
        refreshedAt: row["refreshed_at"] ?? null,
      }));
    },
  };
};

/**
 * What the Data Sources page shows, in PostgreSQL.
 *
 * @throws ConfigurationMistake where the client or the name of the schema cannot be one
 */
export const postgresSourceStatusStore = (options: StoreOptions): SourceStatusStore =>
  defineSourceStatusStore(
    sourceStatusStoreOver(options, readyFor("postgresSourceStatusStore", storeOptions, options)),
  );
