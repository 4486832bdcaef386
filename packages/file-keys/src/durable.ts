import { randomUUID } from "node:crypto";
import { link, open, rm } from "node:fs/promises";
import { join } from "node:path";

export const codeOf = (thrown: unknown): unknown =>
  thrown instanceof Error && "code" in thrown ? thrown.code : undefined;

/** What `work` answers; undefined where something of the path is not there, and only there. */
export const unlessMissing = async <Value>(work: Promise<Value>): Promise<Value | undefined> =>
  work.catch((thrown: unknown) => {
    if (codeOf(thrown) !== "ENOENT") throw thrown;
    return undefined;
  });

/** What the entries of a directory are is on the disk from here on. Windows opens no directories, and needs no call. */
export const syncDirectory = async (directory: string): Promise<void> => {
  if (process.platform === "win32") return;
  const handle = await open(directory, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
};

const draftName = /^draft-/;
export const isDraft = (file: string): boolean => draftName.test(file);
export const draftIn = (directory: string): string => join(directory, `draft-${randomUUID()}`);

export interface NewFile {
  readonly file: string;
  readonly bytes: Uint8Array;
}

/**
 * Makes a file that is there as a whole or not at all, whenever the process or the power ends. Of two at the same moment
 * one makes it: `link` never replaces, as `rename` does.
 *
 * @param content is asked once the draft stands in the directory: where that is moved away from then on, and another one
 *   put in its place, nothing is made in either. Null where nothing is to be made any more
 * @returns whether it was made here; false where it is there already
 * @throws ENOENT where the directory is gone
 */
export const makeFile = async (
  directory: string,
  content: () => Promise<NewFile | null>,
): Promise<boolean> => {
  const draft = draftIn(directory);
  const handle = await open(draft, "wx", 0o600);
  let isMade = false;
  try {
    const made = await content();
    if (made !== null) {
      await handle.writeFile(made.bytes);
      await handle.sync();
      await link(draft, join(directory, made.file));
      isMade = true;
    }
  } catch (thrown) {
    if (codeOf(thrown) !== "EEXIST") throw thrown;
  } finally {
    await handle.close();
    await rm(draft, { force: true });
  }
  // Also where somebody else has made it, who may not have come this far yet.
  await syncDirectory(directory);
  return isMade;
};
