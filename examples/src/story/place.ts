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
  /** Says how to close what was opened; it is told whether the example is finished, so that nobody goes on with it. */
  atEnd(close: (isFinished: boolean) => Promise<void>): void;
  /** Closes everything that was opened, the last first. */
  close(): Promise<void>;
  /** Says that the folder has all to go on with: from here on an interrupted run is taken up again. */
  begin(): Promise<void>;
  /** Says that the next run starts afresh. */
  startAfresh(): Promise<void>;
  /** Closes everything, with nothing left to go on with. */
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
  const opened: ((isFinished: boolean) => Promise<void>)[] = [];
  const close = async (isFinished: boolean) => {
    for (let each = opened.pop(); each !== undefined; each = opened.pop()) await each(isFinished);
  };
  const startAfresh = () => rm(markIn(folder), { force: true });
  return {
    folder,
    isLeftUnfinished: wasInterrupted,
    atEnd: (each) => void opened.push(each),
    close: () => close(false),
    begin: () => writeFile(markIn(folder), "Run the example again, and it goes on from here.\n"),
    startAfresh,
    finish: async () => {
      await startAfresh();
      await close(true);
    },
    shown: (path) => relative(repository, path),
  };
};
