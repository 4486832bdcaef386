import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { inChild } from "../../harness/child.ts";
import type { Side } from "../../harness/contest.ts";
import { packageRows } from "./package-rows.ts";
import type { ExportInput, ExportOutput, Way } from "./side-process.ts";

const script = new URL("./side-process.ts", import.meta.url);

/** One way of an export, each time in a new process. What came of it is looked at in the first round. */
export const exportSide = (name: string, way: Way, url: string, rows: number): Side => ({
  name,
  run: async (round) => {
    const folder = await mkdtemp(join(tmpdir(), "subject-rights-bench-"));
    try {
      const keep = round === 0 && way !== "copy" ? join(folder, "kept.zip") : null;
      const input: ExportInput = { way, url, folder, keep };
      const { rows: counted, ...measured } = await inChild<ExportInput, ExportOutput>(script, input);
      const found = keep === null ? { rows: counted ?? rows, hash: null } : await packageRows(keep);
      if (found.rows !== rows) throw new Error(`${found.rows} rows instead of ${rows}.`);
      const did = found.hash === null ? {} : { [`what ${rows} rows say`]: found.hash };
      return { ...measured, amount: rows, did };
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  },
});
