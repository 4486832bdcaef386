import { createHash } from "node:crypto";
import { openAsBlob } from "node:fs";
import { readFile, rename, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { PGlite } from "@electric-sql/pglite";
import { emptying } from "./database.ts";

const makeEmptyFiles = async (path: string): Promise<void> => {
  // The log in small pieces, and without the databases that others would be copied from: a third of the size.
  const first = await PGlite.create({ initDbStartParams: ["--wal-segsize=1"] });
  await first.exec("update pg_database set datistemplate = false");
  for (const name of ["template0", "template1"]) await first.exec(`drop database ${name}`);
  const files = await first.dumpDataDir("none");
  await first.close();
  const unfinished = `${path}-${process.pid}`;
  await writeFile(unfinished, await files.bytes());
  await rename(unfinished, path);
};

/**
 * The files of a PGlite in which nothing was done yet, kept for the next run as well: making them takes seconds, and
 * beginning with them a tenth of that.
 */
const findEmptyFiles = async (): Promise<Blob> => {
  const programs = [import.meta.filename, fileURLToPath(import.meta.resolve("@electric-sql/pglite"))];
  const made = createHash("sha256");
  for (const program of programs) made.update(await readFile(program));
  const path = join(tmpdir(), `subject-rights-pglite-${made.digest("hex").slice(0, 16)}`);
  if ((await stat(path).catch(() => null)) === null) await makeEmptyFiles(path);
  return openAsBlob(path);
};

let files: Promise<Blob> | undefined;

/** Of a few rows; setting up as much memory as PostgreSQL has by itself takes a third of a start. */
const startParams = [...PGlite.defaultStartParams, "-c", "shared_buffers=8MB"];

/** Those of this process that were emptied: starting one takes ten times as long. */
const free: PGlite[] = [];

/** An empty PGlite of its own. */
export const createPglite = async (): Promise<PGlite> => {
  const found = free.pop();
  if (found !== undefined) return found;
  files ??= findEmptyFiles();
  return PGlite.create({ loadDataDir: await files, startParams });
};

/** Leaves it to the next one: empty, with nothing set. */
export const freePglite = async (pglite: PGlite): Promise<void> => {
  await pglite.exec(`set client_min_messages = 'warning'; ${emptying}`);
  await pglite.exec("discard all");
  free.push(pglite);
};
