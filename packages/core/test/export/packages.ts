import { fromBuffer } from "yauzl";
import { ColumnTally } from "../../src/export/column-tally.ts";
import type { PackageContents, StagedCollection } from "../../src/export/contents.ts";
import { type ExportManifest, exportManifestSchema } from "../../src/export/manifest.ts";
import { encodeRows } from "../../src/export/rows.ts";
import { writePackage } from "../../src/export/write-package.ts";
import type { Row } from "../../src/ports/data-source.ts";

/** Packages as a test makes them, and as somebody who gets one takes them apart. */

export const facts: PackageContents["facts"] = {
  requestId: "4d5c0b7e-6a3c-4d0e-9c55-6b0f7d6f4a11",
  category: "customer-data",
  controller: "Example Outdoor Ltd",
  subject: "ada@example.org",
  createdAt: "2026-11-23T09:30:00.000Z",
};

export const contentsOf = (...collections: readonly StagedCollection[]): PackageContents => ({
  facts,
  collections,
  missing: [],
  kept: [],
  nothingFound: [],
  leftOut: [],
});

/** @param pieceLength how many bytes are read at a time */
export const staged = (
  collection: string,
  rows: readonly Row[],
  { source = "crm", title = "Customer records", pieceLength = 1_000 } = {},
): StagedCollection => {
  const tally = new ColumnTally();
  const bytes = encodeRows(rows, tally);
  return {
    source: { id: source, title },
    collection,
    rows: rows.length,
    columns: tally.saved(),
    async *read() {
      for (let at = 0; at < bytes.length; at += pieceLength) yield bytes.subarray(at, at + pieceLength);
    },
  };
};

export const zipOf = async (contents: PackageContents): Promise<Buffer> => {
  const pieces: Uint8Array[] = [];
  for await (const piece of writePackage(contents)) pieces.push(Buffer.from(piece));
  return Buffer.concat(pieces);
};

export const unzipped = (zip: Buffer): Promise<Map<string, Buffer>> =>
  new Promise((resolve, reject) => {
    fromBuffer(zip, { lazyEntries: true, strictFileNames: true }, (failure, file) => {
      if (failure !== null) return reject(failure);
      const files = new Map<string, Buffer>();
      file.on("error", reject);
      file.on("end", () => resolve(files));
      file.on("entry", (entry: { fileName: string }) => {
        file.openReadStream(entry as Parameters<typeof file.openReadStream>[0], (unreadable, stream) => {
          if (unreadable !== null) return reject(unreadable);
          const pieces: Buffer[] = [];
          stream.on("data", (piece: Buffer) => pieces.push(piece));
          stream.on("error", reject);
          stream.on("end", () => {
            files.set(entry.fileName, Buffer.concat(pieces));
            file.readEntry();
          });
        });
      });
      file.readEntry();
    });
  });

export const filesOf = async (contents: PackageContents): Promise<Map<string, Buffer>> =>
  unzipped(await zipOf(contents));

export const text = (files: ReadonlyMap<string, Buffer>, path: string): string => {
  const file = files.get(path);
  if (file === undefined) throw new Error(`${path} is not among ${[...files.keys()].join(", ")}`);
  return file.toString("utf8");
};

export const manifestOf = (files: ReadonlyMap<string, Buffer>): ExportManifest =>
  exportManifestSchema.parse(JSON.parse(text(files, "manifest.json")));
