import { createHash } from "node:crypto";
import { readFile, rename, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { setFlagsFromString } from "node:v8";

const make = async (path: string): Promise<void> => {
  // As in the workers: compiling it a second time, into quicker code, takes longer than it is used here.
  setFlagsFromString("--liftoff-only");
  const { PGlite } = await import("@electric-sql/pglite");
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
export const makeEmptyFiles = async (): Promise<string> => {
  const programs = [import.meta.filename, fileURLToPath(import.meta.resolve("@electric-sql/pglite"))];
  const made = createHash("sha256");
  for (const program of programs) made.update(await readFile(program));
  const path = join(tmpdir(), `subject-rights-pglite-${made.digest("hex").slice(0, 16)}`);
  if ((await stat(path).catch(() => null)) === null) await make(path);
  return path;
};
