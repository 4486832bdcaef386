import {
  defineSweepStore,
  type SweepCommit,
  type SweepCommitAnswer,
  type SweepStore,
  type SweepStoreDefinition,
} from "@subject-rights/core";
import { databaseOf, type Session } from "../database/database.ts";
import { joinedTransaction } from "../database/joined-transaction.ts";
import type { SchemaCheck } from "../migrations/schema-version.ts";
import { emptySql, join, type Sql, sql } from "../sql/sql.ts";
import { faithful, instantSql, textOf } from "./faithful.ts";
import { holdClaims } from "./hold-claims.ts";
import { cursorOf, placeOf } from "./list-cursor.ts";
import { entryColumns, entryOf, entryRows } from "./request-row.ts";
import { readyFor, type StoreOptions, storeOptions } from "./store-options.ts";
import { partColumns, partOf, partRows, sweepColumns, sweepOf, sweepValues } from "./sweep-rows.ts";
import { defaultSchema, type Tables, tablesIn } from "./tables.ts";

/** A commit in one statement: the guarded update, and what follows from it only where that took place. */
const commitStatement = (
  tables: Tables,
  { sweep, expectedVersion, entries, add, remove, release }: SweepCommit,
): Sql => {
  const [tenant, id] = [faithful(sweep.tenant), faithful(sweep.id)];
  const follows = sql`exists (select from after)`;
  const also: Sql[] = [];
  if (add.length > 0) {
    also.push(sql`added as (
      insert into ${tables.sweep_part} (tenant, sweep_id, number, kind, info, sealed, about)
      select ${tenant}, ${id}, p.number::integer, p.kind, p.info::json, p.sealed,
        array(select json_array_elements_text(p.about::json)) from ${partRows(add)}
      where ${follows}
    )`);
  }
  if (remove.length > 0) {
    also.push(sql`removed as (
      delete from ${tables.sweep_part} p where p.tenant = ${tenant} and p.sweep_id = ${id}
        and p.number = any (${remove.map(String)}::integer[]) and ${follows}
    )`);
  }
  if (release.length > 0) {
    also.push(sql`released as (
      delete from ${tables.claim} c where c.tenant = ${tenant} and c.claim = any (${release.map(faithful)})
        and c.request_id = ${id} and ${follows}
    )`);
  }
  if (entries.length > 0) {
    also.push(sql`audited as (insert into ${tables.audit} ${entryRows(entries)} where ${follows})`);
  }
  const values = sweepValues(sweep).map(([column, value]) => sql`${column} = ${value}`);
  return sql`with after as (
    update ${tables.sweep} s set ${join(values)}
    where s.tenant = ${tenant} and s.id = ${id} and s.version = ${expectedVersion}::integer
    returning 1
  )${join(
    also.map((each) => sql`, ${each}`),
    emptySql,
  )}
  select ${follows}::text as done`;
};

const commit = async (session: Session, tables: Tables, input: SweepCommit): Promise<SweepCommitAnswer> => {
  const [row = {}] = await session.query(commitStatement(tables, input));
  return { outcome: textOf(row, "done") === "true" ? "committed" : "changed" };
};

export const sweepStoreOver = (
  { client, schema = defaultSchema }: StoreOptions,
  ready: SchemaCheck,
): SweepStoreDefinition => {
  const database = databaseOf(client);
  const tables = tablesIn(schema);
  return {
    async insert({ sweep, entries }) {
      await ready();
      const values = sweepValues(sweep);
      const [row = {}] = await database.query(sql`with stored as (
        insert into ${tables.sweep} (${join(values.map(([column]) => column))})
        select ${join(values.map(([, value]) => value))}
        where not exists (select from ${tables.request} r
          where r.tenant = ${faithful(sweep.tenant)} and r.id = ${faithful(sweep.id)})
        returning 1
      ), audited as (
        insert into ${tables.audit} ${entryRows(entries)} where exists (select from stored)
      )
      select exists (select from stored)::text as done`);
      if (textOf(row, "done") !== "true") throw new Error("The tenant has a request of this id already.");
    },

    async read({ tenant, id }) {
      await ready();
      const [row] = await database.query(sql`select ${sweepColumns} from ${tables.sweep} s
        where s.tenant = ${faithful(tenant)} and s.id = ${faithful(id)}`);
      return row && sweepOf(row);
    },

    async list({ tenant, cursor, limit }) {
      await ready();
      const list = { tenant, which: "sweeps" } as const;
      const place = cursor === undefined ? null : placeOf(cursor, list);
      const rows = await database.query(sql`select ${sweepColumns} from ${tables.sweep} s
        where s.tenant = ${faithful(tenant)}
        ${place === null ? emptySql : sql`and (s.started_at, s.id) < (${instantSql(place.receivedAt)}, ${place.id})`}
        order by s.started_at desc, s.id desc limit ${limit + 1}::bigint`);
      const sweeps = rows.slice(0, limit).map(sweepOf);
      const last = sweeps.at(-1);
      return {
        sweeps,
        cursor:
          last !== undefined && rows.length > limit
            ? cursorOf({ ...list, receivedAt: last.startedAt, id: last.id })
            : undefined,
      };
    },

    async parts({ tenant, id, kind, after, limit }) {
      await ready();
      const rows = await database.query(sql`select ${partColumns} from ${tables.sweep_part} p
        where p.tenant = ${faithful(tenant)} and p.sweep_id = ${faithful(id)}
          ${kind === undefined ? emptySql : sql`and p.kind = ${kind}`} and p.number > ${after}::integer
        order by p.number limit ${limit}::bigint`);
      return rows.map(partOf);
    },

    async findAbout({ tenant, pseudonyms }) {
      await ready();
      const rows = await database.query(
        sql`select ${partColumns}, p.sweep_id from ${tables.sweep_part} p where p.tenant = ${faithful(tenant)}
          and p.about && ${pseudonyms.map(faithful)} and p.about <> '{}'`.prepared(),
      );
      return rows.map((row) => ({ ...partOf(row), sweepId: textOf(row, "sweep_id") }));
    },

    async audit({ tenant, id, after, limit }) {
      await ready();
      const rows = await database.query(sql`select ${entryColumns} from ${tables.audit} e
        where e.tenant = ${faithful(tenant)} and e.request_id = ${faithful(id)} and e.sequence > ${after}::integer
        order by e.sequence limit ${limit}::bigint`);
      return rows.map(entryOf);
    },

    async hold(input) {
      await ready();
      return holdClaims(database, tables, input);
    },

    async release({ tenant, id }) {
      await ready();
      await database.query(sql`delete from ${tables.claim} c
        where c.tenant = ${faithful(tenant)} and c.request_id = ${faithful(id)}`);
    },

    async commit(input) {
      await ready();
      return commit(database, tables, input);
    },

    async transaction(work) {
      await ready();
      return database.transaction((session) =>
        work({
          handle: joinedTransaction(client, session),
          hold: (input) => holdClaims(session, tables, input),
          commit: (input) => commit(session, tables, input),
        }),
      );
    },
  };
};

/**
 * Sweeps in PostgreSQL, in the schema of the request store. `transaction` lets a data source on the same client join.
 *
 * Every operation fails with `StorageFailed`; its `cause` is `SchemaNotMigrated` or `SchemaTooNew` where the tables
 * are not those that this code knows.
 *
 * @throws ConfigurationMistake where the client or the name of the schema cannot be one
 */
export const postgresSweepStore = (options: StoreOptions): SweepStore =>
  defineSweepStore(sweepStoreOver(options, readyFor("postgresSweepStore", storeOptions, options)));
