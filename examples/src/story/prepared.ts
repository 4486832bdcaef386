import { createHash, randomUUID } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, readdir, rename, rm } from "node:fs/promises";
import { join } from "node:path";

const folder = join(import.meta.dirname, "..", "..", "..", ".output", "prepared");

/**
 * What takes seconds to make, and is the same every time: made by the first example that needs it, and found by the
 * others.
 *
 * @param madeFrom decides what it is like: where that has changed, it is made anew
 * @returns where it is: not to be changed there
 */
export const prepared = async (
  name: string,
  madeFrom: readonly (string | Uint8Array)[],
  make: (path: string) => Promise<void>,
): Promise<string> => {
  const hash = createHash("sha256");
  for (const each of madeFrom) hash.update(each).update("\0");
  const path = join(folder, `${name}-${hash.digest("hex").slice(0, 16)}`);
  if (existsSync(path)) return path;

  const unfinished = join(folder, `unfinished-${randomUUID()}`);
  await mkdir(folder, { recursive: true });
  try {
    await make(unfinished);
    await rename(unfinished, path);
  } catch (thrown) {
    await rm(unfinished, { recursive: true, force: true });
    // Somebody else was quicker: theirs is as good.
    if (!existsSync(path)) throw thrown;
  }
  for (const other of await readdir(folder)) {
    const earlier = join(folder, other);
    if (other.startsWith(`${name}-`) && earlier !== path) await rm(earlier, { recursive: true, force: true });
  }
  return path;
};
