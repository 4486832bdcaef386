import {
  defineKeyRing,
  type KeyRing,
  type KeyRingDefinition,
  keyBytes,
  type MasterKeys,
  type OptionNames,
  type Randomness,
  systemRandomness,
} from "@subject-rights/core";
import { databaseOf, type TextRow } from "../database/database.ts";
import type { SchemaCheck } from "../migrations/schema-version.ts";
import { type Sql, sql } from "../sql/sql.ts";
import { faithful, textOf } from "./faithful.ts";
import { readyFor, type StoreOptions, storeOptions } from "./store-options.ts";
import { placeOf, storedKeyWrapping } from "./stored-key-wrapping.ts";
import { defaultSchema, tablesIn } from "./tables.ts";

export interface KeyRingOptions extends StoreOptions, MasterKeys {
  /** Where keys come from. Default: `systemRandomness`. */
  readonly randomness?: Randomness | undefined;
}

export const keyRingOptions: OptionNames<KeyRingOptions> = {
  ...storeOptions,
  randomness: true,
  masterKey: true,
  otherMasterKeys: true,
};

export const keyRingOver = (
  { client, schema = defaultSchema, randomness = systemRandomness, ...masterKeys }: KeyRingOptions,
  ready: SchemaCheck,
): KeyRingDefinition => {
  const wrapping = storedKeyWrapping(masterKeys, randomness);
  const database = databaseOf(client);
  const table = tablesIn(schema).key;
  const wrap = (name: string, generation: number): Uint8Array =>
    wrapping.wrap(placeOf(name, generation), randomness.bytes(keyBytes));
  const unwrap = (name: string, row: TextRow): Uint8Array =>
    wrapping.unwrap(
      placeOf(name, Number(textOf(row, "generation"))),
      Buffer.from(textOf(row, "wrapped"), "base64"),
    );
  const read = async (name: string, order: Sql): Promise<readonly TextRow[]> => {
    await ready();
    return database.query(
      sql`select k.generation::text as generation, encode(k.wrapped, 'base64') as wrapped from ${table} k
        where k.name = ${faithful(name)} order by ${order}`.prepared(),
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
      const [row] = await read(name, sql`k.generation desc limit 1`);
      return row && unwrap(name, row);
    },

    async rotate(name) {
      for (;;) {
        const [newest] = await read(name, sql`k.generation desc limit 1`);
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

    useAll: async (name) => (await read(name, sql`k.generation`)).map((row) => unwrap(name, row)),

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
 * `use` fails with `StorageFailed` for a key that is there and cannot be opened; its `cause` is `WrongMasterKey` where it
 * is under a master key that was not handed in, `Damaged` where the row was changed.
 *
 * @throws ConfigurationMistake where a master key has not 32 bytes, or the client or the name of the schema cannot
 *   be one
 */
export const postgresKeyRing = (options: KeyRingOptions): KeyRing =>
  defineKeyRing(keyRingOver(options, readyFor("postgresKeyRing", keyRingOptions, options)));
