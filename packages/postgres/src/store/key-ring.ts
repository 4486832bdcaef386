import {
  ConfigurationMistake,
  defineKeyRing,
  type KeyRing,
  type KeyRingDefinition,
  keyBytes,
  type Randomness,
  systemRandomness,
} from "@subject-rights/core";
import { databaseOf } from "../database/database.ts";
import { type SchemaCheck, schemaCheck } from "../migrations/schema-version.ts";
import { sql } from "../sql/sql.ts";
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
  return {
    async create(name) {
      await ready();
      const bytes = wrapped(masterKey, faithful(name), randomness.bytes(keyBytes), randomness);
      await database.query(
        sql`insert into ${table} (name, wrapped) values (${name}, ${bytes})
        on conflict (name) do nothing`.prepared(),
      );
    },

    async use(name) {
      await ready();
      const [row] = await database.query(
        sql`select encode(wrapped, 'base64') as wrapped from ${table} where name = ${faithful(name)}`.prepared(),
      );
      return row && unwrapped(masterKey, name, Buffer.from(textOf(row, "wrapped"), "base64"));
    },

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
