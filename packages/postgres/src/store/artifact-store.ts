import { type ArtifactStore, type ArtifactStoreDefinition, defineArtifactStore } from "@subject-rights/core";
import { databaseOf } from "../database/database.ts";
import type { SchemaCheck } from "../migrations/schema-version.ts";
import { sql } from "../sql/sql.ts";
import { faithful, instantSql, textOf } from "./faithful.ts";
import { readyFor, type StoreOptions, storeOptions } from "./store-options.ts";
import { defaultSchema, tablesIn } from "./tables.ts";

/** How many chunks a statement deletes: locks are held for a moment, however much has expired. */
const sweptAtOnce = 500;

export const artifactStoreOver = (
  { client, schema = defaultSchema }: StoreOptions,
  ready: SchemaCheck,
): ArtifactStoreDefinition => {
  const database = databaseOf(client);
  const { artifact } = tablesIn(schema);
  return {
    async write({ tenant, requestId, name, index, bytes, expiresAt }) {
      await ready();
      await database.query(
        sql`insert into ${artifact} (tenant, request_id, name, number, expires_at, bytes)
        values (${faithful(tenant)}, ${faithful(requestId)}, ${faithful(name)}, ${index}::integer,
          ${instantSql(expiresAt)}, ${bytes})
        on conflict (tenant, request_id, name, number)
        do update set expires_at = excluded.expires_at, bytes = excluded.bytes`.prepared(),
      );
    },

    async read({ tenant, requestId, name, index }) {
      await ready();
      const [row] = await database.query(
        sql`select encode(bytes, 'base64') as bytes from ${artifact}
        where tenant = ${faithful(tenant)} and request_id = ${faithful(requestId)} and name = ${faithful(name)}
          and number = ${index}::integer`.prepared(),
      );
      return row && new Uint8Array(Buffer.from(textOf(row, "bytes"), "base64"));
    },

    async remove({ tenant, requestId }) {
      await ready();
      await database.query(
        sql`delete from ${artifact}
        where tenant = ${faithful(tenant)} and request_id = ${faithful(requestId)}`.prepared(),
      );
    },

    async sweep({ until }) {
      await ready();
      for (let swept = 0; ; ) {
        const [row = {}] = await database.query(sql`with expired as (
            select a.tenant, a.request_id, a.name, a.number from ${artifact} a
            where a.expires_at <= ${instantSql(until)} order by a.expires_at limit ${sweptAtOnce}::bigint
            for update skip locked
          ), gone as (
            delete from ${artifact} a using expired e
            where a.tenant = e.tenant and a.request_id = e.request_id and a.name = e.name and a.number = e.number
            returning 1
          )
          select count(*)::text as count from gone`);
        const count = Number(textOf(row, "count"));
        swept += count;
        if (count < sweptAtOnce) return swept;
      }
    },
  };
};

/**
 * Export packages in PostgreSQL, in chunks.
 *
 * @throws ConfigurationMistake where the client or the name of the schema cannot be one
 */
export const postgresArtifactStore = (options: StoreOptions): ArtifactStore =>
  defineArtifactStore(artifactStoreOver(options, readyFor("postgresArtifactStore", storeOptions, options)));
