import { chmod, copyFile, link, mkdir, readdir, readFile } from "node:fs/promises";
import { dirname, join, relative } from "node:path";
import { prepared } from "../story/prepared.ts";
import { makeCompany } from "./make-company.ts";

/**
 * Puts the company's files into folders that are not there yet. They take up room once: a file that is written to is
 * replaced (`replaceFile`), and the same file elsewhere stays as it is.
 */
export const copyCompany = async (...folders: readonly string[]): Promise<void> => {
  const sources = await filesIn(import.meta.dirname);
  const texts = await Promise.all(sources.map((path) => readFile(path)));
  const company = await prepared("company", texts, makeForGood);
  const files = await filesIn(company);
  for (const folder of folders) {
    for (const file of files) {
      const copy = join(folder, relative(company, file));
      await mkdir(dirname(copy), { recursive: true });
      // Where a disk has no such links, or it is another disk, it takes up room after all.
      await link(file, copy).catch(() => copyFile(file, copy));
    }
  }
};

/** So that whoever opens one of the files in an editor does not change it everywhere. */
const makeForGood = async (folder: string): Promise<void> => {
  await makeCompany(folder);
  for (const file of await filesIn(folder)) await chmod(file, 0o444);
};

const filesIn = async (folder: string): Promise<string[]> => {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const paths = entries
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name));
  return paths.sort();
};
