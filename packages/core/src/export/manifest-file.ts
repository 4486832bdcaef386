import { isStaying } from "../request/outcomes.ts";
import { knownColumns } from "./column-tally.ts";
import type { KeptPart, PackageContents, SourceName } from "./contents.ts";
import type { ListedCollection } from "./listed-collection.ts";
import type { ExportManifest, ManifestCollection, ManifestFile } from "./manifest.ts";
import { leftOutSentence, problemSentences } from "./sentences.ts";
import { kindSentences } from "./value-kinds.ts";

/** `manifest.json`, once all other files are written. */
export async function* manifestFile(
  { facts, missing, nothingFound, kept, leftOut }: PackageContents,
  listed: readonly ListedCollection[],
  page: ManifestFile,
): AsyncGenerator<string> {
  const manifest: ExportManifest = {
    schemaVersion: 1,
    request: { id: facts.requestId, kind: "export", category: facts.category },
    controller: facts.controller,
    subject: facts.subject,
    createdAt: facts.createdAt,
    missing: missing.map(({ source, problem, settled, isPartly }) => ({
      source: named(source),
      problem,
      explanation: problemSentences[problem],
      settled,
      ...(isPartly === true && { partly: true as const }),
    })),
    nothingFound: nothingFound.map((source) => ({ source: named(source) })),
    ...(kept.length > 0 && { kept: kept.flatMap(keptOf) }),
    leftOut: leftOut.map(({ source }) => ({ source: named(source), explanation: leftOutSentence })),
    collections: listed.map(collectionOf),
    kinds: kindSentences,
    files: [...listed.flatMap(filesOf), page],
  };
  yield `${JSON.stringify(manifest, null, 2)}\n`;
}

const named = ({ id, title }: SourceName) => ({ id, title });

const keptOf = ({ source, outcomes }: KeptPart) =>
  outcomes.filter(isStaying).map((each) => ({
    source: named(source),
    collection: each.collection,
    records: each.count,
    reason: each.reason,
    until: each.outcome === "retained" ? each.until : null,
    ...(each.asOf !== undefined && { asOf: each.asOf }),
  }));

const collectionOf = ({ staged, json, csv }: ListedCollection): ManifestCollection => {
  const { columns, complete } = knownColumns(staged.columns);
  return {
    source: named(staged.source),
    collection: staged.collection,
    rows: staged.rows,
    columns: columns.map(({ name, types }) => ({ name, kinds: [...types] })),
    columnsComplete: complete,
    json: json.path,
    csv: csv === null ? null : { path: csv.file.path, byteOrderMark: true, cellsChanged: csv.cellsChanged },
  };
};

const filesOf = ({ json, csv }: ListedCollection): readonly ManifestFile[] =>
  csv === null ? [json] : [json, csv.file];
