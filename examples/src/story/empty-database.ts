import { randomUUID } from "node:crypto";
import { existsSync } from "node:fs";
import { cp, mkdir, readFile, rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { PGlite } from "@electric-sql/pglite";

const templates = join(import.meta.dirname, "..", "..", "..", ".output", "empty-database");

/**
 * Puts an empty database into a folder that is not there yet. PGlite would make one by itself, at every first
 * opening; that takes seconds, so the examples have it do so once, and copy.
 */
export const copyEmptyDatabase = async (folder: string): Promise<void> => {
  const template = join(templates, await versionOfPglite());
  if (!existsSync(template)) await makeTemplate(template);
  await cp(template, folder, { recursive: true });
};

const makeTemplate = async (template: string): Promise<void> => {
  const unfinished = `${template}.${randomUUID()}`;
  await mkdir(templates, { recursive: true });
  const database = await PGlite.create(unfinished);
  await database.close();
  try {
    await rename(unfinished, template);
  } catch (thrown) {
    await rm(unfinished, { recursive: true });
    // Somebody else was quicker: theirs is as good.
    if (!existsSync(template)) throw thrown;
  }
};

/** Another version may keep its files in another way. */
const versionOfPglite = async (): Promise<string> => {
  const main = fileURLToPath(import.meta.resolve("@electric-sql/pglite"));
  const description = await readFile(join(dirname(main), "..", "package.json"), "utf8");
  return (JSON.parse(description) as { version: string }).version;
};
