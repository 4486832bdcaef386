import type { StagedCollection } from "./contents.ts";
import type { ManifestFile } from "./manifest.ts";

/** A collection, and the files that were written of it. */
export interface ListedCollection {
  readonly staged: StagedCollection;
  readonly json: ManifestFile;
  /** Null where the collection has too many columns for a table. */
  readonly csv: { readonly file: ManifestFile; readonly cellsChanged: number } | null;
}
