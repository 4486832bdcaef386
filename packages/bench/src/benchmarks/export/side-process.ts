/** One export in a process of its own, whose memory is its own. */
import { createWriteStream } from "node:fs";
import { join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { orThrow } from "@subject-rights/core";
import { postgresDataSource } from "@subject-rights/postgres";
import pg from "pg";
import { asChild, peakBytes } from "../../harness/as-child.ts";
import { actor, openApplication } from "../application.ts";
import { anySource } from "./any-source.ts";
import { collectIntoZip, copyAlone, cursorIntoZip } from "./by-hand.ts";
import { artifactFiles } from "./files.ts";
import { jsonOnly } from "./json-only.ts";
import { dataMap, email } from "./rows.ts";

export type Way =
  | "copy"
  | "cursor"
  | "collect"
  | "tables, JSON"
  | "tables, JSON and CSV"
  | "tables, JSON and CSV, in PostgreSQL"
  | "any source, JSON"
  | "any source, JSON and CSV";

export interface ExportInput {
  readonly way: Way;
  readonly url: string;
  /** For packages and everything on the way there. */
  readonly folder: string;
  /** Where the package is to be when it is looked at; null where nobody looks. */
  readonly keep: string | null;
}

export interface ExportOutput {
  readonly seconds: number;
  readonly peakBytes: number;
  /** Null where the package itself tells. */
  readonly rows: number | null;
}

const byHand = async ({ way, folder, keep }: ExportInput, pool: pg.Pool): Promise<ExportOutput> => {
  const file = keep ?? join(folder, "package.zip");
  const began = performance.now();
  const rows =
    way === "copy"
      ? await copyAlone(pool)
      : (await (way === "cursor" ? cursorIntoZip(pool, file) : collectIntoZip(pool, file))).rows;
  return { seconds: (performance.now() - began) / 1_000, peakBytes: peakBytes(), rows };
};

const sourceFor = (way: Way, pool: pg.Pool) => {
  const source = way.startsWith("tables") ? postgresDataSource({ client: pool, dataMap }) : anySource(pool);
  return way.endsWith("JSON") ? jsonOnly(source) : source;
};

const byLibrary = async ({ way, folder, keep }: ExportInput, pool: pg.Pool): Promise<ExportOutput> => {
  const application = await openApplication({
    pool,
    sources: [sourceFor(way, pool)],
    concurrency: 4,
    ...(way.endsWith("in PostgreSQL") ? {} : { artifactStore: artifactFiles(folder) }),
  });
  try {
    const began = performance.now();
    const { id, end } = await application.accept("export", email, [{ type: "customer-number", value: "1" }]);
    await end;
    const done = { seconds: (performance.now() - began) / 1_000, peakBytes: peakBytes(), rows: null };
    application.check();
    if (keep !== null) {
      const fetched = orThrow(await application.rights.packages.fetch({ actor, requestId: id }));
      await pipeline(Readable.from(fetched.read()), createWriteStream(keep));
    }
    return done;
  } finally {
    await application.stop();
  }
};

asChild(async (input: ExportInput): Promise<ExportOutput> => {
  const pool = new pg.Pool({ connectionString: input.url, max: 8 });
  pool.on("error", () => undefined);
  try {
    return await (["copy", "cursor", "collect"].includes(input.way) ? byHand : byLibrary)(input, pool);
  } finally {
    await pool.end();
  }
});
