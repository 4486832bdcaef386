import { mkdir, open, readFile, stat } from "node:fs/promises";
import { join, resolve } from "node:path";
import { ConfigurationMistake, err, ok, type Result, ResultAsync, StorageFailed } from "@subject-rights/core";
import { codeOf, makeFile, syncDirectory, unlessMissing } from "./durable.ts";
import { KeyDirectoryUnfit } from "./errors.ts";

/** Says that this is a key directory, and not the place where one is mounted. */
const marker = "key-directory.json";
const markerText = `${JSON.stringify({ format: "subject-rights key directory", version: 1 })}\n`;

export interface KeyDirectory {
  readonly root: string;
  /** A directory for each name of a key, in it a file for each generation. */
  readonly keys: string;
  /** What is destroyed and not yet removed. */
  readonly destroyed: string;
  /** @throws KeyDirectoryUnfit */
  check(): Promise<void>;
}

/** @throws ConfigurationMistake where it cannot be one */
export const keyDirectory = (directory: string): KeyDirectory => {
  if (typeof directory !== "string" || directory === "") {
    throw new ConfigurationMistake("directory: say where the keys are to be kept.");
  }
  // What is the working directory may change.
  const root = resolve(directory);
  const [keys, destroyed] = [join(root, "keys"), join(root, "destroyed")];
  return {
    root,
    keys,
    destroyed,
    async check() {
      const found = await unlessMissing(readFile(join(root, marker), "utf8"));
      if (found === undefined) throw new KeyDirectoryUnfit(root, "not-made");
      if (found !== markerText) throw new KeyDirectoryUnfit(root, "unknown-form");
      for (const each of [root, keys, destroyed]) await checkMode(each);
    },
  };
};

/** Whether somebody else than the owner may do anything at all. Windows has no such bits. */
const isOpenToOthers = (mode: number): boolean => process.platform !== "win32" && (mode & 0o077) !== 0;

/** @throws KeyDirectoryUnfit where others may do anything with it, or it is not there */
const checkMode = async (path: string): Promise<void> => {
  const found = await unlessMissing(stat(path));
  if (found === undefined) throw new KeyDirectoryUnfit(path, "not-made");
  if (isOpenToOthers(found.mode)) throw new KeyDirectoryUnfit(path, "open-to-others");
};

/**
 * The bytes of a file that nobody else can read; undefined where it is not there.
 *
 * @throws KeyDirectoryUnfit where others may read it
 */
export const readPrivate = async (path: string): Promise<Uint8Array | undefined> => {
  const handle = await unlessMissing(open(path, "r"));
  if (handle === undefined) return undefined;
  try {
    if (isOpenToOthers((await handle.stat()).mode)) throw new KeyDirectoryUnfit(path, "open-to-others");
    return await handle.readFile();
  } finally {
    await handle.close();
  }
};

/**
 * Makes a directory for keys, where only its owner gets in: once, when the application is set up, and not at each start.
 * Where the disk is not mounted one day, the keys are missing then, and not replaced by an empty directory in which
 * every key is destroyed. One that is there already stays as it is.
 *
 * Errors: `KeyDirectoryUnfit` where it is there, and open to others or of another form; `StorageFailed` for everything
 * else.
 *
 * @throws ConfigurationMistake where it cannot be one
 */
export const makeKeyDirectory = ({
  directory,
}: {
  readonly directory: string;
}): ResultAsync<void, KeyDirectoryUnfit | StorageFailed> => {
  const { root, keys, destroyed, check } = keyDirectory(directory);
  const make = async (): Promise<void> => {
    await mkdir(root, { recursive: true, mode: 0o700 });
    await checkMode(root);
    for (const each of [keys, destroyed]) await madeDirectory(each);
    await makeFile(root, async () => ({ file: marker, bytes: Buffer.from(markerText) }));
    await syncDirectory(join(root, ".."));
    await check();
  };
  return new ResultAsync(
    make().then(
      (): Result<void, never> => ok(undefined),
      (cause: unknown) =>
        err(cause instanceof KeyDirectoryUnfit ? cause : new StorageFailed("key-ring", "make", { cause })),
    ),
  );
};

/** Makes a directory, unless it is there. */
export const madeDirectory = async (path: string): Promise<void> => {
  try {
    await mkdir(path, { mode: 0o700 });
  } catch (thrown) {
    if (codeOf(thrown) !== "EEXIST") throw thrown;
  }
};
