import {
  type CheckpointStore,
  type CheckpointStoreDefinition,
  defineCheckpointStore,
  type SeenChain,
  type StoredCheckpoint,
  type StoredLeaf,
  signedCheckpointSchema,
} from "@subject-rights/core";
import { z } from "zod";
import { databaseOf, type TextRow } from "../database/database.ts";
import type { SchemaCheck } from "../migrations/schema-version.ts";
import { type Sql, sql } from "../sql/sql.ts";
import { faithful, instantSql, instantText, textOf } from "./faithful.ts";
import { readyFor, type StoreOptions, storeOptions } from "./store-options.ts";
import { defaultSchema, tablesIn } from "./tables.ts";

const checkpointColumns: Sql = sql`c.tenant, c.number::text as number, c.leaves::text as leaves, c.root,
  ${instantText(sql`c.at`)} as at, c.peaks::text as peaks, c.signature::text as signature`;

const leafColumns: Sql = sql`l.index::text as index, l.checkpoint::text as checkpoint, l.chain,
  l.entries::text as entries, l.hash`;

const peaksSchema = z.array(z.string());

const checkpointOf = (row: TextRow): StoredCheckpoint => {
  const checkpoint = {
    format: "subject-rights-checkpoint",
    version: 1,
    tenant: textOf(row, "tenant"),
    number: Number(textOf(row, "number")),
    leaves: Number(textOf(row, "leaves")),
    root: textOf(row, "root"),
    at: textOf(row, "at"),
  };
  const signature: unknown = JSON.parse(textOf(row, "signature"));
  return {
    ...signedCheckpointSchema.parse({ checkpoint, signature }),
    peaks: peaksSchema.parse(JSON.parse(textOf(row, "peaks"))),
  };
};

const leafOf = (row: TextRow): StoredLeaf => ({
  index: Number(textOf(row, "index")),
  checkpoint: Number(textOf(row, "checkpoint")),
  chain: textOf(row, "chain"),
  entries: Number(textOf(row, "entries")),
  hash: textOf(row, "hash"),
});

export const checkpointStoreOver = (
  { client, schema = defaultSchema }: StoreOptions,
  ready: SchemaCheck,
): CheckpointStoreDefinition => {
  const database = databaseOf(client);
  const tables = tablesIn(schema);
  const waitingIn = (table: Sql): Sql => sql`from ${table} r where r.checkpointed < r.version`;

  /** Those whose number comes first have come first: nobody waits for a row that another holds who waits for one of ours. */
  const see = (of: SeenChain["of"], tenant: string, seen: readonly SeenChain[]): Sql => {
    const these = seen
      .filter((each) => each.of === of)
      .sort((one, other) => (one.chain < other.chain ? -1 : 1));
    return sql`update ${tables[of]} r set checkpointed = greatest(r.checkpointed, s.version::integer)
      from unnest(${these.map(({ chain }) => faithful(chain))}, ${these.map(({ version }) => String(version))})
        as s (chain, version)
      where r.tenant = ${faithful(tenant)} and r.id = s.chain`;
  };

  return {
    async tenants({ limit }) {
      await ready();
      const rows = await database.query(sql`select w.tenant from (
          select r.tenant ${waitingIn(tables.request)} union select r.tenant ${waitingIn(tables.sweep)}
        ) as w limit ${limit}::bigint`);
      return rows.map((row) => textOf(row, "tenant"));
    },

    async waiting({ tenant, limit }) {
      await ready();
      const of = faithful(tenant);
      const rows = await database.query(sql`
        (select 'request' as kind, r.id ${waitingIn(tables.request)} and r.tenant = ${of} limit ${limit}::bigint)
        union all
        (select 'sweep', r.id ${waitingIn(tables.sweep)} and r.tenant = ${of} limit ${limit}::bigint)
        limit ${limit}::bigint`);
      return rows.map((row) => ({
        of: textOf(row, "kind") === "sweep" ? "sweep" : "request",
        chain: textOf(row, "id"),
      }));
    },

    async newest({ tenant }) {
      await ready();
      const [row] = await database.query(sql`select ${checkpointColumns} from ${tables.checkpoint} c
        where c.tenant = ${faithful(tenant)} order by c.number desc limit 1`);
      return row && checkpointOf(row);
    },

    async add({ checkpoint: { checkpoint, signature, peaks }, leaves, seen }) {
      await ready();
      const { tenant, number, root, at } = checkpoint;
      const first = checkpoint.leaves - leaves.length;
      return database.transaction(async (session) => {
        const stored = await session.query(sql`insert into ${tables.checkpoint}
          (tenant, number, leaves, root, at, peaks, signature)
          values (${faithful(tenant)}, ${number}::integer, ${checkpoint.leaves}::bigint, ${faithful(root)},
            ${instantSql(at)}, ${JSON.stringify(peaks)}::json, ${JSON.stringify(signature)}::json)
          on conflict (tenant, number) do nothing returning 'stored' as outcome`);
        if (stored.length === 0) return { outcome: "taken" };
        await session.query(sql`insert into ${tables.checkpoint_leaf}
          (tenant, index, checkpoint, chain, entries, hash)
          select ${faithful(tenant)}, ${first}::bigint + n.place - 1, ${number}::integer, n.chain,
            n.entries::integer, n.hash
          from unnest(${leaves.map(({ chain }) => faithful(chain))},
            ${leaves.map(({ entries }) => String(entries))}, ${leaves.map(({ hash }) => faithful(hash))})
            with ordinality as n (chain, entries, hash, place)`);
        await session.query(see("request", tenant, seen));
        await session.query(see("sweep", tenant, seen));
        return { outcome: "stored" };
      });
    },

    async list({ tenant, after, limit }) {
      await ready();
      const rows = await database.query(sql`select ${checkpointColumns} from ${tables.checkpoint} c
        where c.tenant = ${faithful(tenant)} and c.number > ${after}::bigint
        order by c.number limit ${limit}::bigint`);
      return rows.map(checkpointOf);
    },

    async leaves({ tenant, from, limit }) {
      await ready();
      const rows = await database.query(sql`select ${leafColumns} from ${tables.checkpoint_leaf} l
        where l.tenant = ${faithful(tenant)} and l.index >= ${from}::bigint
        order by l.index limit ${limit}::bigint`);
      return rows.map(leafOf);
    },

    async leavesOf({ tenant, chain }) {
      await ready();
      const rows = await database.query(sql`select ${leafColumns} from ${tables.checkpoint_leaf} l
        where l.tenant = ${faithful(tenant)} and l.chain = ${faithful(chain)} order by l.index`);
      return rows.map(leafOf);
    },
  };
};

/**
 * Checkpoints in PostgreSQL.
 *
 * @throws ConfigurationMistake where the client or the name of the schema cannot be one
 */
export const postgresCheckpointStore = (options: StoreOptions): CheckpointStore =>
  defineCheckpointStore(
    checkpointStoreOver(options, readyFor("postgresCheckpointStore", storeOptions, options)),
  );
