import { openAsBlob } from "node:fs";
import { PGlite } from "@electric-sql/pglite";
import { inject } from "vitest";
import { emptying } from "./database.ts";

let files: Promise<Blob> | undefined;

/** Of a few rows; setting up as much memory as PostgreSQL has by itself takes a third of a start. */
const startParams = [...PGlite.defaultStartParams, "-c", "shared_buffers=8MB"];

/** Those of this process that were emptied: starting one takes ten times as long. */
const free: PGlite[] = [];

/** An empty PGlite of its own. */
export const createPglite = async (): Promise<PGlite> => {
  const found = free.pop();
  if (found !== undefined) return found;
  files ??= openAsBlob(inject("emptyPglite"));
  return PGlite.create({ loadDataDir: await files, startParams });
};

/** Leaves it to the next one: empty, with nothing set. */
export const freePglite = async (pglite: PGlite): Promise<void> => {
  await pglite.exec(`set client_min_messages = 'warning'; ${emptying}`);
  await pglite.exec("discard all");
  free.push(pglite);
};
