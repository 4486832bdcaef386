import {
  defineRequestStore,
  type InsertAnswer,
  type InsertInput,
  type RequestStore,
  type RequestStoreDefinition,
} from "@subject-rights/core";
import { databaseOf, type Session } from "../database/database.ts";
import { sqlState, uniqueViolation } from "../database/failure.ts";
import { joinedTransaction } from "../database/joined-transaction.ts";
import type { SchemaCheck } from "../migrations/schema-version.ts";
import { emptySql, type Sql, sql } from "../sql/sql.ts";
import { commitAlone, commitWithin } from "./commit-request.ts";
import { faithful, instantPattern, instantSql, instantText, textOf } from "./faithful.ts";
import { insertStatement } from "./insert-request.ts";
import { cursorOf, placeOf } from "./list-cursor.ts";
import { entryColumns, entryOf, requestColumns, requestOf } from "./request-row.ts";
import { readyFor, type StoreOptions, storeOptions } from "./store-options.ts";
import { defaultSchema, tablesIn } from "./tables.ts";

const tries = 5;

/** After a unique_violation the next look sees what the other one stored; were it for good, it stays one. */
const lookAgain = async <Value>(work: () => Promise<Value>): Promise<Value> => {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await work();
    } catch (thrown) {
      if (attempt === tries || sqlState(thrown) !== uniqueViolation) throw thrown;
    }
  }
};

/** The words are few; of those that cannot be read, so many are named. */
const mostStandings = 100;

/** Keeps requests and their audit in PostgreSQL. Each operation is one statement, and so all or nothing. */
export const requestStoreOver = (
  { client, schema = defaultSchema }: StoreOptions,
  ready: SchemaCheck,
): RequestStoreDefinition => {
  const database = databaseOf(client);
  const tables = tablesIn(schema);

  const readIn = async (session: Session, where: Sql) => {
    const [row] = await session.query(
      sql`select ${requestColumns} from ${tables.request} r ${where}`.prepared(),
    );
    return row && requestOf(row);
  };

  const insertIn = async (session: Session, { request, entries }: InsertInput): Promise<InsertAnswer> => {
    const [row] = await session.query(insertStatement(tables, request, entries));
    const duplicate = row?.["duplicate"] ?? null;
    return duplicate === null ? { outcome: "stored" } : { outcome: "duplicate", requestId: duplicate };
  };

  return {
    async insert(input) {
      await ready();
      return lookAgain(() => insertIn(database, input));
    },

    async read({ tenant, id }) {
      await ready();
      return readIn(database, sql`where r.tenant = ${faithful(tenant)} and r.id = ${faithful(id)}`);
    },

    async readByTokenHash(tokenHash) {
      await ready();
      const byToken = sql`join ${tables.token} t on t.tenant = r.tenant and t.request_id = r.id`;
      return readIn(database, sql`${byToken} where t.token_hash = ${faithful(tokenHash)}`);
    },

    async findAbout({ tenant, pseudonyms }) {
      await ready();
      const rows = await database.query(
        sql`select ${requestColumns} from ${tables.request} r where r.tenant = ${faithful(tenant)}
          and r.about && ${pseudonyms.map(faithful)} and r.about <> '{}'`.prepared(),
      );
      return rows.map(requestOf);
    },

    async commit(input) {
      await ready();
      return lookAgain(() => commitAlone(database, tables, input));
    },

    async transaction(work) {
      await ready();
      return database.transaction((session) =>
        work({
          handle: joinedTransaction(client, session),
          read: ({ tenant, id }) =>
            readIn(
              session,
              sql`where r.tenant = ${faithful(tenant)} and r.id = ${faithful(id)} for update of r`,
            ),
          // A part of its own: what fails is undone, and the rest goes on.
          insert: (input) => lookAgain(() => session.transaction((part) => insertIn(part, input))),
          commit: (input) => commitWithin(session, tables, input),
        }),
      );
    },

    async list({ tenant, open, cursor, limit }) {
      await ready();
      const which = open === undefined ? "all" : open ? "open" : "closed";
      const place = cursor === undefined ? null : placeOf(cursor, { tenant, which });
      const rows = await database.query(sql`select ${requestColumns} from ${tables.request} r
        where r.tenant = ${faithful(tenant)} ${{ all: emptySql, open: sql`and r.open`, closed: sql`and not r.open` }[which]}
        ${place === null ? emptySql : sql`and (r.received_at, r.id) < (${instantSql(place.receivedAt)}, ${place.id})`}
        order by r.received_at desc, r.id desc limit ${limit + 1}::bigint`);
      const requests = rows.slice(0, limit).map(requestOf);
      const last = requests.at(-1);
      return {
        requests,
        cursor: last !== undefined && rows.length > limit ? cursorOf({ ...last, which }) : undefined,
      };
    },

    async due({ until, after, limit }) {
      await ready();
      const rows = await database.query(
        sql`select r.tenant, r.id, ${instantText(sql`r.wake_at`)} as wake_at
        from ${tables.request} r where r.wake_at <= ${instantSql(until)}
        ${after === undefined ? emptySql : sql`and r.wake_at > ${instantSql(after)}`}
        order by r.wake_at, r.tenant, r.id limit ${limit}::bigint`.prepared(),
      );
      return rows.map((row) => ({
        tenant: textOf(row, "tenant"),
        id: textOf(row, "id"),
        wakeAt: textOf(row, "wake_at"),
      }));
    },

    async standing() {
      await ready();
      const rows = await database.query(
        sql`select s.standing, s.tenant, s.id, count(*)::text as count, min(s.since) as oldest
          from ${tables.request} r cross join lateral (
            select case when v.sound then v.of->>'for' end as standing, case when v.sound then v.of->>'since' end as since,
              case when not v.sound then r.tenant end as tenant, case when not v.sound then r.id end as id
            from (
              select e.value as of, coalesce(jsonb_typeof(e.value->'for') = 'string'
                and jsonb_typeof(e.value->'since') = 'string' and e.value->>'since' ~ ${instantPattern}, false) as sound
              from jsonb_array_elements(
                case jsonb_typeof(r.standings) when 'array' then r.standings else '[null]' end) e
            ) v
          ) s
          where r.standings <> '[]' group by 1, 2, 3 order by 1 nulls last, 2, 3 limit ${mostStandings}::bigint`.prepared(),
      );
      return rows.map((row) =>
        row["standing"] == null
          ? { tenant: textOf(row, "tenant"), id: textOf(row, "id") }
          : {
              for: textOf(row, "standing"),
              count: Number(textOf(row, "count")),
              oldest: textOf(row, "oldest"),
            },
      );
    },

    async audit({ tenant, id }) {
      await ready();
      const rows = await database.query(sql`select ${entryColumns} from ${tables.audit} e
        where e.tenant = ${faithful(tenant)} and e.request_id = ${faithful(id)} order by e.sequence`);
      return rows.map(entryOf);
    },
  };
};

/**
 * Requests and their audit in PostgreSQL. `transaction` lets a data source on the same client join.
 *
 * Every operation fails with `StorageFailed`; its `cause` is `SchemaNotMigrated` or `SchemaTooNew` where the tables
 * are not those that this code knows. `list` takes only a cursor of the same list: for any other it fails.
 *
 * @throws ConfigurationMistake where the client or the name of the schema cannot be one
 */
export const postgresRequestStore = (options: StoreOptions): RequestStore =>
  defineRequestStore(requestStoreOver(options, readyFor("postgresRequestStore", storeOptions, options)));
