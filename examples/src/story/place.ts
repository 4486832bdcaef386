import { existsSync } from "node:fs";
import { mkdir, rm, writeFile } from "node:fs/promises";
import { join, relative } from "node:path";

const repository = join(import.meta.dirname, "..", "..", "..");

/** Where examples leave what there is to look at. */
const output = process.env["EXAMPLES_FOLDER"] ?? join(repository, ".output", "examples");

/** Where an example works, and keeps what it needs to go on after it was interrupted. */
export interface Place {
  readonly folder: string;
  /** Whether an earlier run was interrupted: everything in the folder is as it left it. Else the folder is empty. */
  readonly isLeftUnfinished: boolean;
  /** Says how to close what was opened. */
  atEnd(close: () => Promise<void>): void;
  /** Closes everything that was opened, the last first. */
  close(): Promise<void>;
  /** Says that the folder has all to go on with: from here on an interrupted run is taken up again. */
  begin(): Promise<void>;
  /** Says that nothing is left to go on with: the next run starts afresh. */
  finish(): Promise<void>;
  /** A path as somebody standing in the repository types it. */
  shown(path: string): string;
}

const folderOf = (example: string): string => join(output, example);
const markIn = (folder: string): string => join(folder, "unfinished");

/** Whether a run of the example was interrupted, so that the next one goes on with it. */
export const isLeftUnfinished = (example: string): boolean => existsSync(markIn(folderOf(example)));

export const placeOf = async (example: string): Promise<Place> => {
  const folder = folderOf(example);
  const wasInterrupted = isLeftUnfinished(example);
  if (!wasInterrupted) await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  const opened: (() => Promise<void>)[] = [];
  return {
    folder,
    isLeftUnfinished: wasInterrupted,
    atEnd: (close) => void opened.push(close),
    close: async () => {
      for (let close = opened.pop(); close !== undefined; close = opened.pop()) await close();
    },
    begin: () => writeFile(markIn(folder), "Run the example again, and it goes on from here.\n"),
    finish: () => rm(markIn(folder), { force: true }),
    shown: (path) => relative(repository, path),
  };
};
