import {
  type Category,
  categorySchema,
  defineSuppressionStore,
  type Lifted,
  liftedWith,
  type StoredSuppression,
  type SuppressionReason,
  type SuppressionStore,
  type SuppressionStoreDefinition,
} from "@subject-rights/core";
import { z } from "zod";
import { databaseOf, type TextRow } from "../database/database.ts";
import type { SchemaCheck } from "../migrations/schema-version.ts";
import { emptySql, type Sql, sql } from "../sql/sql.ts";
import { faithful, faithfulInstant, instantPattern, instantSql, instantText, textOf } from "./faithful.ts";
import { readyFor, type StoreOptions, storeOptions } from "./store-options.ts";
import { defaultSchema, tablesIn } from "./tables.ts";

const columns: Sql = sql`s.tenant, encode(s.pseudonym, 'hex') as pseudonym, s.category, s.cause, s.reason,
  s.person, s.number_type, s.generation::text as generation, ${instantText(sql`s.begun_at`)} as begun_at,
  ${instantText(sql`s.ended_at`)} as ended_at, s.lifted::text as lifted`;

/** As `isLifted` of core says it: what nobody can read is no lift. */
const isLifted = (lifted: Sql): Sql => sql`coalesce(json_typeof(${lifted}->'at') = 'string'
  and ${lifted}->>'at'
    ~ ${instantPattern}
  and json_typeof(${lifted}->'by') = 'string' and json_typeof(${lifted}->'reason') = 'string', false)`;
const standing: Sql = sql`(s.lifted is null or not ${isLifted(sql`s.lifted`)})`;

/** The bridge of core checks its shape: one that cannot be read makes the others no less readable. */
const suppressionOf = (row: TextRow): StoredSuppression => ({
  tenant: textOf(row, "tenant"),
  pseudonym: textOf(row, "pseudonym"),
  category: textOf(row, "category") as Category,
  cause: textOf(row, "cause"),
  reason: textOf(row, "reason") as SuppressionReason,
  ...(row["person"] != null && { person: row["person"] }),
  ...(row["number_type"] != null && { numberType: row["number_type"] }),
  generation: Number(textOf(row, "generation")),
  begunAt: textOf(row, "begun_at"),
  endedAt: row["ended_at"] ?? null,
  lifted: JSON.parse(row["lifted"] ?? "null") as Lifted | null,
});

/** Many pseudonyms in one text: a list of texts costs the driver and the server more than the look-up itself. */
const bytesOf = (pseudonyms: readonly string[]): Uint8Array => Buffer.from(pseudonyms.join(""), "hex");
const pseudonymAt = (bytes: Sql, index: Sql): Sql => sql`substring(${bytes} from 32 * ${index} - 31 for 32)`;

const placeSchema = z.tuple([z.string(), z.string(), z.string(), z.string()]);
const cursorOf = ({ tenant, pseudonym, category, cause }: StoredSuppression): string =>
  Buffer.from(JSON.stringify([tenant, pseudonym, category, cause])).toString("base64url");

/** @throws where it is not from a page of this tenant's list: an empty page would say that there is nothing more */
const placeOf = (cursor: string, tenant: string) => {
  const [of, ...place] = placeSchema.parse(JSON.parse(Buffer.from(cursor, "base64url").toString()));
  if (of !== tenant) throw new TypeError("The cursor is from another list.");
  return place;
};

export const suppressionStoreOver = (
  { client, schema = defaultSchema }: StoreOptions,
  ready: SchemaCheck,
): SuppressionStoreDefinition => {
  const database = databaseOf(client);
  const table = tablesIn(schema).suppression;
  const insert = (rows: readonly StoredSuppression[]): Sql => {
    const texts = (of: (row: StoredSuppression) => string) => rows.map((row) => faithful(of(row)));
    return sql`insert into ${table} as there
      (tenant, pseudonym, category, cause, reason, person, number_type, generation, begun_at, ended_at, lifted)
    select distinct on (1, 2, 3, 4) n.tenant, decode(n.pseudonym, 'hex'), n.category, n.cause, n.reason, n.person,
      n.number_type, n.generation::integer,
      n.begun_at::timestamptz,
      max(n.ended_at::timestamptz) over (partition by n.tenant, n.pseudonym, n.category, n.cause), n.lifted::json
    from unnest(${texts(({ tenant }) => tenant)}, ${texts(({ pseudonym }) => pseudonym)},
      ${texts(({ category }) => category)}, ${texts(({ cause }) => cause)}, ${texts(({ reason }) => reason)},
      ${rows.map(({ person }) => (person === undefined ? null : faithful(person)))},
      ${rows.map(({ numberType }) => (numberType === undefined ? null : faithful(numberType)))},
      ${rows.map(({ generation }) => String(generation))}, ${rows.map(({ begunAt }) => faithfulInstant(begunAt))},
      ${rows.map(({ endedAt }) => endedAt && faithfulInstant(endedAt))},
      ${rows.map(({ lifted }) => lifted && JSON.stringify(lifted))})
      as n (tenant, pseudonym, category, cause, reason, person, number_type, generation, begun_at, ended_at, lifted)
    order by 1, 2, 3, 4, n.lifted nulls last
    on conflict (tenant, pseudonym, category, cause) do update set
      lifted = case when ${isLifted(sql`there.lifted`)} then there.lifted else excluded.lifted end,
      ended_at = greatest(there.ended_at, excluded.ended_at)
      where (coalesce(there.lifted, excluded.lifted) is not null and not ${isLifted(sql`there.lifted`)})
        or excluded.ended_at > coalesce(there.ended_at, '-infinity')`;
  };

  return {
    async add(rows) {
      await ready();
      if (rows.length > 0) await database.query(insert(rows));
    },

    async end({ tenant, cause, at }) {
      await ready();
      await database.query(sql`update ${table} s set ended_at = ${instantSql(at)}
        where s.tenant = ${faithful(tenant)} and s.cause = ${faithful(cause)}`);
    },

    async withdraw({ tenant, cause, lifted }) {
      await ready();
      await database.query(sql`update ${table} s set lifted = ${JSON.stringify(lifted)}::json
        where s.tenant = ${faithful(tenant)} and s.cause = ${faithful(cause)} and ${standing}`);
    },

    async lift({ tenant, pseudonyms, numbers, category, lifted }) {
      await ready();
      const theirs = sql`s.tenant = ${faithful(tenant)} and ${standing}
        ${category === undefined ? emptySql : sql`and s.category = ${category}`}`;
      const found = sql`select s.pseudonym, s.category, s.cause, s.reason, s.person from ${table} s where ${theirs}`;
      // All that one of the names leads to; which of it is the person's is said in one place for every store.
      return database.transaction(async (session) => {
        const rows = await session.query(sql`with recursive theirs as (
          ${found} and s.pseudonym = any (array(select decode(p, 'hex') from unnest(${pseudonyms}) as p))
          union
          select n.* from theirs t cross join lateral (
            ${found} and s.pseudonym = t.pseudonym
            union all
            ${found} and t.reason = 'request' and s.cause = t.cause
            union all
            ${found} and t.reason <> 'request' and s.cause = t.cause and s.person = t.person
          ) n
        )
        select ${columns} from ${table} s join theirs t using (pseudonym, category, cause) where ${theirs}`);
        const lifting = liftedWith(rows.map(suppressionOf), { pseudonyms, numbers });
        const texts = (of: (row: StoredSuppression) => string) => lifting.map((row) => faithful(of(row)));
        const done = await session.query(sql`update ${table} s set lifted = ${JSON.stringify(lifted)}::json
          from unnest(${texts(({ pseudonym }) => pseudonym)}, ${texts(({ category: of }) => of)},
            ${texts(({ cause }) => cause)}) as n (pseudonym, category, cause)
          where ${theirs} and s.pseudonym = decode(n.pseudonym, 'hex') and s.category = n.category and s.cause = n.cause
          returning 'lifted' as done`);
        return done.length;
      });
    },

    async standing({ tenant, pseudonyms, category, reason, since }) {
      await ready();
      const of = faithful(tenant);
      const asked = bytesOf(pseudonyms);
      const [row = {}] = await database.query(
        // Row by row and never as a join: for some sizes of the list, the planner would read the whole of it.
        sql`with asked as materialized (
          select ${pseudonymAt(sql`b.bytes`, sql`i`)} as pseudonym
          from (select ${asked} as bytes) b, generate_series(1, ${pseudonyms.length}::integer) as i
        ), found as (
          select distinct a.pseudonym from asked a
          where (select true from ${table} s
            where s.tenant = ${of} and s.pseudonym = a.pseudonym and ${standing}
              ${category === undefined ? emptySql : sql`and (s.category = ${category} or s.category <> all (${categorySchema.options}))`}
              ${reason === undefined ? emptySql : sql`and (s.reason = ${reason} or s.reason not in ('request', 'retention'))`}
              ${since === undefined ? emptySql : sql`and (s.ended_at is null or not isfinite(s.ended_at) or s.ended_at >= ${instantSql(since)})`}
            limit 1)
        )
        select (select coalesce(encode(string_agg(f.pseudonym, ''::bytea), 'hex'), '') from found f) as found,
          (select coalesce(max(s.generation), 0)::text from ${table} s where s.tenant = ${of}) as generation`.prepared(),
      );
      return {
        pseudonyms: textOf(row, "found").match(/.{64}/g) ?? [],
        generation: Number(textOf(row, "generation")),
      };
    },

    async list({ tenant, below, cursor, limit }) {
      await ready();
      const place = cursor === undefined ? null : placeOf(cursor, tenant);
      const rows = await database.query(sql`select ${columns} from ${table} s
        where s.tenant = ${faithful(tenant)}
        ${below === undefined ? emptySql : sql`and s.generation < ${below}::integer`}
        ${
          place === null
            ? emptySql
            : sql`and (s.pseudonym, s.category, s.cause)
                > (decode(${place[0]}, 'hex'), ${place[1]}, ${place[2]})`
        }
        order by s.pseudonym, s.category, s.cause limit ${limit + 1}::bigint`);
      const found = rows.slice(0, limit).map(suppressionOf);
      const last = found.at(-1);
      return {
        suppressions: found,
        cursor: last !== undefined && rows.length > limit ? cursorOf(last) : undefined,
      };
    },

    async newest({ tenant }) {
      await ready();
      const [row] = await database.query(
        sql`select ${instantText(sql`max(greatest(s.begun_at, s.ended_at))`)} as newest from ${table} s
          where s.tenant = ${faithful(tenant)} and isfinite(greatest(s.begun_at, s.ended_at))`,
      );
      return row?.["newest"] ?? null;
    },

    async rename(renamed) {
      await ready();
      await database.transaction(async (session) => {
        for (const { from, to, generation } of renamed) {
          const [row] = await session.query(sql`delete from ${table} s
            where s.tenant = ${faithful(from.tenant)} and s.pseudonym = decode(${from.pseudonym}, 'hex')
              and s.category = ${from.category} and s.cause = ${faithful(from.cause)}
            returning ${columns}`);
          if (row !== undefined) {
            await session.query(insert([{ ...suppressionOf(row), pseudonym: to, generation }]));
          }
        }
      });
    },
  };
};

/**
 * Suppressions in PostgreSQL.
 *
 * @throws ConfigurationMistake where the client or the name of the schema cannot be one
 */
export const postgresSuppressionStore = (options: StoreOptions): SuppressionStore =>
  defineSuppressionStore(
    suppressionStoreOver(options, readyFor("postgresSuppressionStore", storeOptions, options)),
  );
