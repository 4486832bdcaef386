import { open, opendir, readdir, rename, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import {
  err,
  KeysNotRewrapped,
  type KeyWrapping,
  keyWrapping,
  type MasterKeys,
  ok,
  optionsOf,
  type Result,
  ResultAsync,
  StorageFailed,
} from "@subject-rights/core";
import { draftIn, isDraft, syncDirectory, unlessMissing } from "./durable.ts";
import { fileOf, generationsIn, isGeneration, placeOf } from "./generations.ts";
import { keyDirectory, readPrivate } from "./key-directory.ts";

export interface RewrapOptions extends MasterKeys {
  readonly directory: string;
}

export interface RewrappedKeys {
  /** How many keys were put under `masterKey` by this call; those that were under it before are not among them. */
  readonly rewrapped: number;
  /** How many keys there are, all of them under `masterKey`. */
  readonly keys: number;
}

/** A draft that is as old as this is nobody's any more. */
const draftsKept = 3_600_000;

/**
 * Puts every key under `masterKey` that is still under one of `otherMasterKeys`, while others use them. Where it is
 * broken off, calling it again goes on. In the end every key is looked at once more: `Ok` says that none is under
 * another master key. See docs/keys.md for the order of steps.
 *
 * Errors: `KeysNotRewrapped` where some are still under others, because they cannot be opened (`cause` says why, of the
 * first one), or because some process goes on making keys under another master key; `StorageFailed` where the directory
 * could not be looked through.
 *
 * @throws ConfigurationMistake where a master key has not 32 bytes, or no directory is named
 */
export const rewrapKeys = (
  options: RewrapOptions,
): ResultAsync<RewrappedKeys, KeysNotRewrapped | StorageFailed> => {
  const names = { directory: true, masterKey: true, otherMasterKeys: true } as const;
  const { directory, ...masterKeys } = optionsOf("rewrapKeys", names, options);
  const { keys, check } = keyDirectory(directory);
  const wrapping = keyWrapping(masterKeys);

  const work = async (): Promise<Result<RewrappedKeys, KeysNotRewrapped | StorageFailed>> => {
    await check();
    let rewrapped = 0;
    const failures: unknown[] = [];
    for await (const folder of foldersIn(keys)) {
      try {
        await removeOldDrafts(folder);
        const count = await generationsIn(folder);
        for (let generation = 1; generation <= count; generation += 1) {
          if (await rewrapOne(wrapping, folder, generation)) rewrapped += 1;
        }
      } catch (thrown) {
        failures.push(thrown);
      }
    }
    const { all, left } = await counted(keys, wrapping.prefix);
    await check();
    if (left === 0) return ok({ rewrapped, keys: all });
    return err(new KeysNotRewrapped({ rewrapped, left }, { cause: failures[0] }));
  };

  return new ResultAsync(
    work().catch((cause: unknown) => err(new StorageFailed("key-ring", "rewrap", { cause }))),
  );
};

/** What others put beside them, a file manager say, is no key. */
async function* foldersIn(keys: string): AsyncGenerator<string, void, undefined> {
  for await (const entry of await opendir(keys)) if (entry.isDirectory()) yield join(keys, entry.name);
}

const isUnder = (prefix: Uint8Array, wrapped: Uint8Array): boolean =>
  Buffer.compare(prefix, wrapped.subarray(0, prefix.length)) === 0;

const rewrapOne = async (wrapping: KeyWrapping, folder: string, generation: number): Promise<boolean> => {
  const file = fileOf(folder, generation);
  const place = placeOf(folder, generation);
  const before = await readPrivate(file);
  if (before === undefined || isUnder(wrapping.prefix, before)) return false;
  // The draft is there before the key is read. Where the key is destroyed from here on, the draft goes with it, and
  // `rename` finds none: a destroyed key is not put in the place of one that was made anew.
  const draft = draftIn(folder);
  const handle = await unlessMissing(open(draft, "wx", 0o600));
  if (handle === undefined) return false;
  try {
    const wrapped = await readPrivate(file);
    if (wrapped === undefined) return false;
    await handle.writeFile(wrapping.wrap(place, wrapping.unwrap(place, wrapped)));
    await handle.sync();
    const isDone = (await unlessMissing(rename(draft, file).then(() => true))) ?? false;
    if (isDone) await unlessMissing(syncDirectory(folder));
    return isDone;
  } finally {
    await handle.close();
    await rm(draft, { force: true });
  }
};

/** Left behind by processes that were killed, and possibly under another master key still. */
const removeOldDrafts = async (folder: string): Promise<void> => {
  for (const file of ((await unlessMissing(readdir(folder))) ?? []).filter(isDraft)) {
    const path = join(folder, file);
    const found = await unlessMissing(stat(path));
    if (found && Date.now() - found.mtimeMs > draftsKept) await rm(path, { force: true });
  }
};

/** Reads each of them once more, whatever was done before. */
const counted = async (
  keys: string,
  prefix: Uint8Array,
): Promise<{ readonly all: number; readonly left: number }> => {
  let [all, left] = [0, 0];
  for await (const folder of foldersIn(keys)) {
    const files = ((await unlessMissing(readdir(folder))) ?? []).filter(isGeneration);
    for (const file of files) {
      const wrapped = await unlessMissing(readPrivate(join(folder, file)));
      if (wrapped === undefined) continue;
      all += 1;
      if (!isUnder(prefix, wrapped)) left += 1;
    }
  }
  return { all, left };
};
