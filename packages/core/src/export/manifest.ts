import { z } from "zod";
import { categorySchema } from "../request/kinds.ts";

const sourceSchema = z.object({ id: z.string(), title: z.string() });

/** A path inside the package: forward slashes, relative, and nothing that leads out of it. */
const pathSchema = z.string().regex(/^(?:[a-z0-9][a-z0-9-]*\/)*[a-z0-9][a-z0-9-]*\.(?:html|json|csv)$/);

const countSchema = z.number().int().nonnegative();

const fileSchema = z.object({
  path: pathSchema,
  mediaType: z.string(),
  bytes: countSchema,
  /** In hex, of the file as it is unpacked. */
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
});

const csvSchema = z.object({
  path: pathSchema,
  /** The file starts with a UTF-8 byte order mark (EF BB BF), so that spreadsheets read it as UTF-8. */
  byteOrderMark: z.literal(true),
  /**
   * Cells, column names included, that got an apostrophe so that no spreadsheet runs them as a formula. The JSON
   * file has them as they are.
   */
  cellsChanged: countSchema,
});

const collectionSchema = z.object({
  source: sourceSchema,
  collection: z.string(),
  rows: countSchema,
  /** In order of first appearance. The kinds are explained in the `kinds` of this manifest. */
  columns: z.array(z.object({ name: z.string(), kinds: z.array(z.string()) })),
  /** False where there are more columns than are listed here; there is no CSV then. */
  columnsComplete: z.boolean(),
  json: pathSchema,
  /** Null where the collection has too many columns for a table: all of it is in the JSON file. */
  csv: csvSchema.nullable(),
});

/**
 * `manifest.json` of an export package, for a controller that receives one (Art. 20 GDPR): what is in it, what is
 * not and why, and a checksum of each file. Later versions may add properties; a change of what is here changes
 * `schemaVersion`.
 */
export const exportManifestSchema = z.object({
  schemaVersion: z.literal(1),
  request: z.object({ id: z.string(), kind: z.literal("export"), category: categorySchema }),
  /** Who is answerable for the data. */
  controller: z.string(),
  /** The email address that the request named. */
  subject: z.string(),
  createdAt: z.iso.datetime(),
  collections: z.array(collectionSchema),
  /** What each kind of value in `columns` looks like in the JSON files. */
  kinds: z.record(z.string(), z.string()),
  /** Every file of the package but this one. */
  files: z.array(fileSchema),
  /** Sources whose part is not in the package, or not all of it. `problem` is a code, `explanation` the same as a sentence. */
  missing: z.array(
    z.object({
      source: sourceSchema,
      problem: z.string(),
      explanation: z.string(),
      /** The reason that somebody gave for going on without it; null where nobody has. */
      settled: z.string().nullable(),
      /**
       * What was collected there before is among the `collections`; what the source may hold beside that is not. Left out:
       * nothing of it is in the package.
       */
      partly: z.literal(true).optional(),
    }),
  ),
  /** Sources that were asked, answered, and hold nothing of the person. */
  nothingFound: z.array(z.object({ source: sourceSchema })),
  /**
   * What is not in the package, and why: what stays since an earlier erasure of the person, and what is found by an address
   * of theirs and may be somebody else's. `until` is the day on which the duty to keep it ends, `YYYY-MM-DD`; null where
   * there is none: then it is, or may be, somebody else's. `asOf` is the day of which this is so, where nobody can say
   * whether it still is. Left out: nothing.
   */
  kept: z
    .array(
      z.object({
        source: sourceSchema,
        collection: z.string(),
        records: countSchema,
        reason: z.string(),
        until: z.string().nullable(),
        asOf: z.string().optional(),
      }),
    )
    .optional(),
  /** Sources that were not read because their data comes from others that were. */
  leftOut: z.array(z.object({ source: sourceSchema, explanation: z.string() })),
});

export type ExportManifest = z.infer<typeof exportManifestSchema>;
export type ManifestFile = z.infer<typeof fileSchema>;
export type ManifestCollection = z.infer<typeof collectionSchema>;
