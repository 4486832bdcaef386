import {
  defineHoldStore,
  type HoldStore,
  type HoldStoreDefinition,
  type JsonObject,
  type StoredHold,
} from "@subject-rights/core";
import { databaseOf, type TextRow } from "../database/database.ts";
import { isJoinedTransaction } from "../database/joined-transaction.ts";
import type { SchemaCheck } from "../migrations/schema-version.ts";
import { emptySql, type Sql, sql } from "../sql/sql.ts";
import { faithful, instantSql, instantText, textOf } from "./faithful.ts";
import { cursorOf, placeOf } from "./list-cursor.ts";
import { readyFor, type StoreOptions, storeOptions } from "./store-options.ts";
import { defaultSchema, tablesIn } from "./tables.ts";

const columns: Sql = sql`h.tenant, h.id, h.version::text as version, array_to_json(h.pseudonyms)::text as pseudonyms,
  ${instantText(sql`h.placed_at`)} as placed_at, to_char(h.until, 'YYYY-MM-DD') as until, h.open::text as open,
  h.state::text as state`;

/** The bridge of core checks its shape. */
const holdOf = (row: TextRow): StoredHold => ({
  tenant: textOf(row, "tenant"),
  id: textOf(row, "id"),
  version: Number(textOf(row, "version")),
  pseudonyms: JSON.parse(textOf(row, "pseudonyms")) as string[],
  placedAt: textOf(row, "placed_at"),
  until: row["until"] ?? null,
  open: textOf(row, "open") === "true",
  state: JSON.parse(textOf(row, "state")) as JsonObject,
});

export const holdStoreOver = (
  { client, schema = defaultSchema }: StoreOptions,
  ready: SchemaCheck,
): HoldStoreDefinition => {
  const database = databaseOf(client);
  const table = tablesIn(schema).hold;

  /** A new one, unless it is there; or the next version in place of the one before. */
  const putStatement = ({
    tenant,
    id,
    version,
    pseudonyms,
    placedAt,
    until,
    open,
    state,
  }: StoredHold): Sql => {
    const [of, name] = [faithful(tenant), faithful(id)];
    const json = sql`${JSON.stringify(state)}::json`;
    return version === 1
      ? sql`insert into ${table} (tenant, id, version, pseudonyms, placed_at, until, open, state)
          values (${of}, ${name}, 1, ${pseudonyms.map(faithful)}, ${instantSql(placedAt)}, ${until}::date,
            ${open}::boolean, ${json})
          on conflict (tenant, id) do nothing returning 'stored' as done`
      : sql`update ${table} h set version = ${version}::integer, pseudonyms = ${pseudonyms.map(faithful)},
          until = ${until}::date, open = ${open}::boolean, state = ${json}
          where h.tenant = ${of} and h.id = ${name} and h.version = ${version - 1}::integer returning 'stored' as done`;
  };

  return {
    async put(hold) {
      await ready();
      const rows = await database.query(putStatement(hold));
      return { outcome: rows.length === 1 ? "stored" : "changed" };
    },

    async read({ tenant, id }) {
      await ready();
      const [row] = await database.query(
        sql`select ${columns} from ${table} h where h.tenant = ${faithful(tenant)} and h.id = ${faithful(id)}`,
      );
      return row && holdOf(row);
    },

    async list({ tenant, open, cursor, limit }) {
      await ready();
      const which = open === undefined ? "holds" : open ? "open-holds" : "lifted-holds";
      const place = cursor === undefined ? null : placeOf(cursor, { tenant, which });
      const rows =
        await database.query(sql`select ${columns} from ${table} h where h.tenant = ${faithful(tenant)}
        ${open === undefined ? emptySql : sql`and h.open = ${open}::boolean`}
        ${place === null ? emptySql : sql`and (h.placed_at, h.id) < (${instantSql(place.receivedAt)}, ${place.id})`}
        order by h.placed_at desc, h.id desc limit ${limit + 1}::bigint`);
      const holds = rows.slice(0, limit).map(holdOf);
      const last = holds.at(-1);
      return {
        holds,
        cursor:
          last !== undefined && rows.length > limit
            ? cursorOf({ tenant, which, receivedAt: last.placedAt, id: last.id })
            : undefined,
      };
    },

    async standing({ tenant, people, on, transaction }) {
      await ready();
      const isHere = isJoinedTransaction(transaction) && transaction.client === client;
      // Each statement sees what was committed before it (read committed), in a transaction too.
      const session = isHere ? transaction.session : database;
      const known = people.flatMap((pseudonyms, person) =>
        pseudonyms.map((pseudonym) => ({ person, pseudonym })),
      );
      const rows = await session.query(
        sql`select w.person, min(h.id) as id
          from unnest(${known.map(({ person }) => String(person))}, ${known.map(({ pseudonym }) => faithful(pseudonym))})
            as w (person, pseudonym)
          join ${table} h on h.pseudonyms @> array[w.pseudonym]
          where h.tenant = ${faithful(tenant)} and h.open and (h.until is null or h.until >= ${on}::date)
          group by w.person`.prepared(),
      );
      const found = new Map(rows.map((row) => [Number(textOf(row, "person")), textOf(row, "id")]));
      return people.map((_, person) => found.get(person) ?? null);
    },
  };
};

/**
 * Holds in PostgreSQL.
 *
 * @throws ConfigurationMistake where the client or the name of the schema cannot be one
 */
export const postgresHoldStore = (options: StoreOptions): HoldStore =>
  defineHoldStore(holdStoreOver(options, readyFor("postgresHoldStore", storeOptions, options)));
