import {
  err,
  KeysNotRewrapped,
  type MasterKeys,
  ok,
  optionsOf,
  type Result,
  ResultAsync,
  StorageFailed,
} from "@subject-rights/core";
import { databaseOf, type TextRow } from "../database/database.ts";
import { schemaCheck } from "../migrations/schema-version.ts";
import { sql } from "../sql/sql.ts";
import { textOf } from "./faithful.ts";
import type { StoreOptions } from "./store-options.ts";
import { placeOf, storedKeyWrapping } from "./stored-key-wrapping.ts";
import { defaultSchema, tablesIn } from "./tables.ts";

export interface RewrapOptions extends StoreOptions, MasterKeys {
  /** Keys that are put under the new master key in one transaction. Default: 500. */
  readonly batchSize?: number | undefined;
}

export interface RewrappedKeys {
  /** How many keys were put under `masterKey` by this call; those that were under it before are not among them. */
  readonly rewrapped: number;
  /** How many keys there are, all of them under `masterKey`. */
  readonly keys: number;
}

interface Rewrapped {
  readonly name: string;
  readonly generation: string;
  readonly before: string;
  readonly after: string;
}

/**
 * Puts every key under `masterKey` that is still under one of `otherMasterKeys`, in small transactions, while others use
 * them. Where it is broken off, calling it again goes on. In the end every key is looked at once more: `Ok` says that
 * none is under another master key. For the owner of the tables: the application's role may change no key. See
 * docs/keys.md for the order of steps.
 *
 * Errors: `KeysNotRewrapped` where some are still under others, because they cannot be opened (`cause` says why, of the
 * first one), or because some process goes on making keys under another master key; `StorageFailed` where the database
 * could not be asked.
 *
 * @throws ConfigurationMistake where a master key has not 32 bytes, or the client or the name of the schema cannot be
 *   one
 */
export const rewrapKeys = (
  options: RewrapOptions,
): ResultAsync<RewrappedKeys, KeysNotRewrapped | StorageFailed> => {
  const names = {
    client: true,
    schema: true,
    batchSize: true,
    masterKey: true,
    otherMasterKeys: true,
  } as const;
  const {
    client,
    schema = defaultSchema,
    batchSize = 500,
    ...masterKeys
  } = optionsOf("rewrapKeys", names, options);
  const { wrap, unwrap, prefix } = storedKeyWrapping(masterKeys);
  const database = databaseOf(client);
  const ready = schemaCheck(database, schema);
  const table = tablesIn(schema).key;
  const isUnderOther = sql`substring(k.wrapped from 1 for ${prefix.length}::integer) <> ${prefix}`;

  const rewrap = (row: TextRow): Rewrapped => {
    const [name, generation, before] = [
      textOf(row, "name"),
      textOf(row, "generation"),
      textOf(row, "wrapped"),
    ];
    const place = placeOf(name, Number(generation));
    const after = Buffer.from(wrap(place, unwrap(place, Buffer.from(before, "hex")))).toString("hex");
    return { name, generation, before, after };
  };

  const store = async (all: readonly Rewrapped[]): Promise<number> => {
    const column = (name: keyof Rewrapped) => all.map((each) => each[name]);
    // A row that is no longer what was read is left alone: its key was destroyed, and possibly made anew.
    const changed = await database.query(
      sql`update ${table} k set wrapped = decode(n.after, 'hex')
        from unnest(${column("name")}, ${column("generation")}, ${column("before")}, ${column("after")})
          as n (name, generation, before, after)
        where k.name = n.name and k.generation = n.generation::integer and k.wrapped = decode(n.before, 'hex')
        returning 'changed' as done`,
    );
    return changed.length;
  };

  const work = async (): Promise<Result<RewrappedKeys, KeysNotRewrapped | StorageFailed>> => {
    await ready();
    let rewrapped = 0;
    const failures: unknown[] = [];
    let [name, generation] = ["", "0"];
    for (;;) {
      const rows = await database.query(
        sql`select k.name, k.generation::text as generation, encode(k.wrapped, 'hex') as wrapped from ${table} k
          where (k.name, k.generation) > (${name}, ${generation}::integer) and ${isUnderOther}
          order by k.name, k.generation limit ${batchSize}::integer`,
      );
      const last = rows.at(-1);
      if (last === undefined) break;
      const batch = rows.flatMap((row) => {
        try {
          return [rewrap(row)];
        } catch (thrown) {
          failures.push(thrown);
          return [];
        }
      });
      rewrapped += await store(batch);
      [name, generation] = [textOf(last, "name"), textOf(last, "generation")];
    }
    const [counted] = await database.query(
      sql`select count(*)::text as all, (count(*) filter (where ${isUnderOther}))::text as left from ${table} k`,
    );
    const [all, left] = [Number(counted?.["all"]), Number(counted?.["left"])];
    if (left === 0) return ok({ rewrapped, keys: all });
    return err(new KeysNotRewrapped({ rewrapped, left }, { cause: failures[0] }));
  };

  return new ResultAsync(
    work().catch((cause: unknown) => err(new StorageFailed("key-ring", "rewrap", { cause }))),
  );
};
