import {
  ConfigurationMistake,
  defineKeyRing,
  type KeyRing,
  type KeyRingDefinition,
  keyBytes,
  type Randomness,
  systemRandomness,
} from "@subject-rights/core";
import { databaseOf, type TextRow } from "../database/database.ts";
import { type SchemaCheck, schemaCheck } from "../migrations/schema-version.ts";
import { type Sql, sql } from "../sql/sql.ts";
import { faithful, textOf } from "./faithful.ts";
import type { StoreOptions } from "./request-store.ts";
import { defaultSchema, tablesIn } from "./tables.ts";
import { unwrapped, wrapped } from "./wrapped-key.ts";

export interface KeyRingOptions extends StoreOptions {
  /** 32 random bytes that are kept outside of the database: every key is stored encrypted under it. */
  readonly masterKey: Uint8Array;
  /** Where keys come from. Default: `systemRandomness`. */
  readonly randomness?: Randomness | undefined;
}

export const keyRingOver = (
  { client, schema = defaultSchema, masterKey: given, randomness = systemRandomness }: KeyRingOptions,
  ready: SchemaCheck,
): KeyRingDefinition => {
  if (!(given instanceof Uint8Array) || given.length !== keyBytes) {
    throw new ConfigurationMistake(`masterKey: hand in ${keyBytes} random bytes, as a Uint8Array.`);
  }
  const masterKey = new Uint8Array(given);
  const database = databaseOf(client);
  const table = tablesIn(schema).key;
  /** A generation of a key is bound to its place: nobody puts an old one in the place of a new one. */
  const placeOf = (name: string, generation: number): string =>
    generation === 1 ? faithful(name) : JSON.stringify([faithful(name), generation]);
  const wrap = (name: string, generation: number): Uint8Array =>
    wrapped(masterKey, placeOf(name, generation), randomness.bytes(keyBytes), randomness);
  const unwrap = (name: string, row: TextRow): Uint8Array =>
    unwrapped(
      masterKey,
      placeOf(name, Number(textOf(row, "generation"))),
      Buffer.from(textOf(row, "wrapped"), "base64"),
    );
  const read = async (name: string, order: Sql): Promise<readonly TextRow[]> => {
    await ready();
    return database.query(
      sql`select generation::text as generation, encode(wrapped, 'base64') as wrapped from ${table}
        where name = ${faithful(name)} order by ${order}`.prepared(),
    );
  };
  return {
    async create(name) {
      await ready();
      await database.query(
        sql`insert into ${table} (name, generation, wrapped) select ${name}, 1, ${wrap(name, 1)}
          where not exists (select from ${table} where name = ${name})
        on conflict (name, generation) do nothing`.prepared(),
      );
    },

    async use(name) {
      const [row] = await read(name, sql`generation desc limit 1`);
      return row && unwrap(name, row);
    },

    async rotate(name) {
      for (;;) {
        const [newest] = await read(name, sql`generation desc limit 1`);
        const next = newest === undefined ? 1 : Number(textOf(newest, "generation")) + 1;
        const added = await database.query(
          sql`insert into ${table} (name, generation, wrapped)
            values (${name}, ${next}::integer, ${wrap(name, next)})
          on conflict (name, generation) do nothing returning 'made' as done`,
        );
        // Otherwise somebody else has made that one at the same moment.
        if (added.length === 1) return;
      }
    },

    useAll: async (name) => (await read(name, sql`generation`)).map((row) => unwrap(name, row)),

    async destroy(name) {
      await ready();
      await database.query(sql`delete from ${table} where name = ${faithful(name)}`.prepared());
    },
  };
};

/**
 * Keys in PostgreSQL, each encrypted under the master key. Destroyed is deleted: a backup from before still has the
 * row, so whoever holds that and the master key holds the key.
 *
 * `use` fails with `StorageFailed`, whose `cause` is `WrongMasterKey`, for a key that is there and cannot be opened.
 *
 * @throws ConfigurationMistake where the master key has not 32 bytes, or the client or the name of the schema cannot
 *   be one
 */
export const postgresKeyRing = (options: KeyRingOptions): KeyRing => {
  const { client, schema = defaultSchema } = options;
  return defineKeyRing(keyRingOver(options, schemaCheck(databaseOf(client), schema)));
};
