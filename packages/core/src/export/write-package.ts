import type { Randomness } from "../ports/randomness.ts";
import { knownColumns } from "./column-tally.ts";
import type { PackageContents } from "./contents.ts";
import { CsvTable } from "./csv-table.ts";
import { encryptedZip } from "./encrypted-zip.ts";
import { jsonFile } from "./json-file.ts";
import type { ListedCollection } from "./listed-collection.ts";
import { manifestFile } from "./manifest-file.ts";
import { Measured } from "./measured.ts";
import { PackageFile } from "./package-file.ts";
import { dataPaths, innerPath, manifestPath, pagePath } from "./package-paths.ts";
import { page } from "./page.ts";
import { type ZipEntry, zip } from "./zip.ts";

/** What a package is encrypted with. */
export interface Encryption {
  readonly secret: string;
  readonly randomness: Randomness;
}

export interface PackageSummary {
  /** All files in the package, the manifest and the page included. */
  readonly files: number;
  readonly bytes: number;
  /** Of the ZIP, in hex. */
  readonly sha256: string;
}

/**
 * The bytes of a package, to be read once. Nothing is done before that, nor after it is left early.
 */
export interface PackageStream extends AsyncIterable<Uint8Array> {
  /** @throws Error before all bytes were read: a package that was cut short has no summary */
  summary(): PackageSummary;
}

/**
 * Writes the package that a person gets (Art. 15(3) and Art. 20 GDPR): a ZIP with each collection as JSON and CSV,
 * `index.html` to read, and `manifest.json`. Streams: what it holds in memory does not grow with the number of
 * rows. The same contents give the same bytes.
 *
 * Encrypted, the whole of it is the one file in another ZIP, which then differs each time.
 *
 * Reading it rejects with whatever a collection's `read` throws, and with `Damaged` where that gives other rows
 * than were staged. What was read of the package until then is not to be handed out.
 */
export const writePackage = (
  contents: PackageContents,
  encryption: Encryption | null = null,
): PackageStream => {
  let files = 0;
  function* entries() {
    for (const entry of packageEntries(contents)) {
      files += 1;
      yield entry;
    }
  }
  const modified = new Date(contents.facts.createdAt);
  const plain = zip(entries(), modified);
  const measured = new Measured(
    encryption === null
      ? plain
      : encryptedZip({ path: innerPath, content: plain }, modified, encryption.secret, encryption.randomness),
  );
  return {
    [Symbol.asyncIterator]: () => measured[Symbol.asyncIterator](),
    summary: () => ({ files, ...measured.result() }),
  };
};

/** The page tells the size of each file, and the manifest its checksum: they stand behind what they tell of. */
function* packageEntries(contents: PackageContents): Generator<ZipEntry, void> {
  const listed: ListedCollection[] = [];
  for (const [staged, path] of dataPaths(contents.collections)) {
    const { columns, complete } = knownColumns(staged.columns);
    const json = new PackageFile(`${path}.json`, "application/json", jsonFile(staged));
    yield json;
    if (!complete) {
      listed.push({ staged, json: json.written(), csv: null });
      continue;
    }
    const table = new CsvTable(staged, columns);
    const csv = new PackageFile(`${path}.csv`, "text/csv; charset=utf-8; header=present", table.file());
    yield csv;
    listed.push({
      staged,
      json: json.written(),
      csv: { file: csv.written(), cellsChanged: table.cellsChanged },
    });
  }
  const index = new PackageFile(pagePath, "text/html; charset=utf-8", page(contents, listed));
  yield index;
  yield new PackageFile(manifestPath, "application/json", manifestFile(contents, listed, index.written()));
}
