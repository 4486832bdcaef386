import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { type DataSource, defineDataSource, type Row } from "@subject-rights/core";
import { countIn, eraseFrom, type FileCollection, pagesFrom } from "../files/file-collection.ts";
import { lineFile } from "../files/line-file.ts";
import { filesOf } from "../files-of.ts";

/**
 * System-generated logs, a file a month. The lines of a person are removed rather than blanked out: that is what
 * the right to erasure asks for here, and an address or a page may tell who it was even without a name.
 */
export const logsSource = (folder: string): DataSource => {
  const files = async (): Promise<FileCollection[]> => {
    const { logs } = filesOf(folder);
    const names = (await readdir(logs)).filter((name) => name.endsWith(".log")).sort();
    return names.map((name) => ({
      collection: name,
      file: lineFile(join(logs, name), parseLine),
      names: { user: "user-id", email: "email" },
    }));
  };
  return defineDataSource({
    id: "logs",
    title: "System logs",
    holds: ["user-telemetry"],
    kind: "origin",
    needs: ["email", "user-id"],

    locate: async (subject, context) => countIn(await files(), subject, context),
    async *export(subject, context) {
      yield* pagesFrom(await files(), subject, context);
    },
    erase: async (subject, context) => eraseFrom(await files(), subject, context),
  });
};

/** `2026-10-03T08:14:22.120Z INFO page-served user=usr-7c1hza page=/segments` */
const parseLine = (line: string): Row => {
  const [at, level, event, ...details] = line.split(" ");
  if (at === undefined || level === undefined || event === undefined)
    throw new Error("this is no line of a log");
  const pairs = details.map((detail) => {
    const sign = detail.indexOf("=");
    return [detail.slice(0, sign), detail.slice(sign + 1)] as const;
  });
  return { at, level, event, ...Object.fromEntries(pairs) };
};
