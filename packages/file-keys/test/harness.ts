import { randomBytes } from "node:crypto";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { orThrow } from "@subject-rights/core";
import { fileKeyRing, makeKeyDirectory } from "@subject-rights/file-keys";
import type { KeyRingFixture, StorageHarness } from "@subject-rights/testing";

export const masterKey: Uint8Array = randomBytes(32);

/** A directory of its own, made, and every path of a file in it. */
export const newDirectory = async (): Promise<string> => {
  const directory = await mkdtemp(join(tmpdir(), "file-keys-"));
  orThrow(await makeKeyDirectory({ directory }));
  return directory;
};

export const filesIn = async (directory: string): Promise<string[]> => {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map(({ parentPath, name }) => join(parentPath, name));
};

/** The second door: what the files hold, in hexadecimal. */
export const dumpOf = async (directory: string): Promise<string> => {
  const files = (await filesIn(directory)).map((file) => readFile(file, "hex"));
  return (await Promise.all(files)).join("\n");
};

const make = async () => {
  const directory = await newDirectory();
  return {
    directory,
    keyRing: fileKeyRing({ directory, masterKey }),
    dump: () => dumpOf(directory),
    close: () => rm(directory, { recursive: true, force: true }),
  };
};

export const harness: StorageHarness<KeyRingFixture> = {
  make,
  async makeBreakable() {
    const { directory, ...made } = await make();
    // As where the disk is not mounted.
    return { ...made, breakIt: () => rm(directory, { recursive: true }) };
  },
};
