import { randomUUID } from "node:crypto";
import { readdir, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import {
  defineKeyRing,
  type KeyRing,
  keyBytes,
  keyWrapping,
  type MasterKeys,
  optionsOf,
  type Randomness,
  systemRandomness,
} from "@subject-rights/core";
import { codeOf, makeFile, syncDirectory, unlessMissing } from "./durable.ts";
import { fileOf, folderNameOf, generationsIn, placeOf } from "./generations.ts";
import { keyDirectory, madeDirectory, readPrivate } from "./key-directory.ts";

export interface FileKeyRingOptions extends MasterKeys {
  /** Made by `makeKeyDirectory`, on a local disk: it takes hard links, and `rename` as POSIX has it. */
  readonly directory: string;
  /** Where keys come from. Default: `systemRandomness`. */
  readonly randomness?: Randomness | undefined;
}

/**
 * Keys in files, each encrypted under the master key. Many processes may use one directory at the same moment, and
 * each of them may be killed at any. What an operation has resolved to survives a loss of power.
 *
 * Operations fail with `StorageFailed`. Its `cause` is `KeyDirectoryUnfit` where the directory is not there or open to
 * others, `WrongMasterKey` for a key under a master key that was not handed in, `Damaged` for one that was changed, cut
 * short or mixed up, or what the file system threw.
 *
 * @throws ConfigurationMistake where a master key has not 32 bytes, or no directory is named
 */
export const fileKeyRing = (options: FileKeyRingOptions): KeyRing => {
  const names = { directory: true, randomness: true, masterKey: true, otherMasterKeys: true } as const;
  const {
    directory,
    randomness = systemRandomness,
    ...masterKeys
  } = optionsOf("fileKeyRing", names, options);
  const { keys, destroyed, check } = keyDirectory(directory);
  const { wrap, unwrap } = keyWrapping(masterKeys, randomness);
  const folderOf = (name: string): string => join(keys, folderNameOf(name));

  /** False where somebody else has made that one, or destroyed them all, at the same moment. */
  const makeNext = async (folder: string, isFirstOnly: boolean): Promise<boolean> => {
    await madeDirectory(folder);
    await syncDirectory(keys);
    try {
      return await makeFile(folder, async () => {
        const before = await generationsIn(folder);
        if (isFirstOnly && before > 0) return null;
        const key = randomness.bytes(keyBytes);
        return { file: `${before + 1}`, bytes: wrap(placeOf(folder, before + 1), key) };
      });
    } catch (thrown) {
      if (codeOf(thrown) !== "ENOENT") throw thrown;
      return false;
    }
  };

  /** Undefined where it was destroyed at the same moment. */
  const read = async (folder: string, generation: number): Promise<Uint8Array | undefined> => {
    const wrapped = await readPrivate(fileOf(folder, generation));
    return wrapped && unwrap(placeOf(folder, generation), wrapped);
  };

  const useAll = async (name: string): Promise<readonly Uint8Array[]> => {
    const folder = folderOf(name);
    for (;;) {
      const found: Uint8Array[] = [];
      const count = await generationsIn(folder);
      for (let generation = 1; generation <= count; generation += 1) {
        const key = await read(folder, generation);
        if (key !== undefined) found.push(key);
      }
      // Destroyed and made anew meanwhile, the first key is another one: these would be of two lives.
      const again = count > 1 ? await read(folder, 1) : found[0];
      const isOneLife = again === undefined || Buffer.compare(again, found[0] ?? new Uint8Array()) === 0;
      if (found.length === count && isOneLife && (again !== undefined || count === 0)) return found;
    }
  };

  /** "Nothing there" counts where the directory was there when it was said. */
  const checked = async <Value>(work: () => Promise<Value>): Promise<Value> => {
    await check();
    const value = await work();
    await check();
    return value;
  };

  return defineKeyRing({
    create: (name) =>
      checked(async () => {
        const folder = folderOf(name);
        while ((await generationsIn(folder)) === 0) await makeNext(folder, true);
        // One that somebody else has made a moment ago may not be on the disk yet.
        await unlessMissing(syncDirectory(folder));
        await syncDirectory(keys);
      }),

    use: (name) =>
      checked(async () => {
        const folder = folderOf(name);
        for (;;) {
          const newest = await generationsIn(folder);
          if (newest === 0) return undefined;
          const key = await read(folder, newest);
          if (key !== undefined) return key;
        }
      }),

    rotate: (name) =>
      checked(async () => {
        while (!(await makeNext(folderOf(name), false)));
      }),

    useAll: (name) => checked(() => useAll(name)),

    destroy: (name) =>
      checked(async () => {
        // In one step, all of them are no keys any more.
        await unlessMissing(rename(folderOf(name), join(destroyed, randomUUID())));
        await syncDirectory(keys);
        // What others left behind who were killed goes as well: they were not told that it is gone.
        for (const each of await readdir(destroyed)) {
          await rm(join(destroyed, each), { recursive: true, force: true });
        }
        await syncDirectory(destroyed);
      }),
  });
};
