import type {
  CallContext,
  CollectionCount,
  CollectionOutcome,
  ExportContext,
  ExportPage,
  Row,
  Subject,
} from "@subject-rights/core";
import type { RecordFile } from "./record-file.ts";
import { removeRecords } from "./remove-records.ts";

/** A file that holds records of people, and the columns by which a record names its person. */
export interface FileCollection {
  readonly collection: string;
  readonly file: RecordFile;
  /** The identifier type that each of these columns holds, such as `{ customer: "customer-number" }`. */
  readonly names: Readonly<Record<string, string>>;
  /** What a person is shown of a record. Default: all of it. */
  readonly show?: (row: Row) => Row;
}

const rowsPerPage = 500;

/** Tells the records of one person from everybody else's. */
export const isAbout = (subject: Subject, names: FileCollection["names"]): ((row: Row) => boolean) => {
  const columns = Object.entries(names).map(([column, type]) => ({
    column,
    type,
    values: new Set(subject.values(type)),
  }));
  return (row) =>
    columns.some(({ column, type, values }) => {
      const value = row[column];
      return typeof value === "string" && values.has(type === "email" ? value.trim().toLowerCase() : value);
    });
};

/** The records of one person in one collection, in the order of the file. */
export async function* recordsOf(
  { file, names }: Pick<FileCollection, "file" | "names">,
  subject: Subject,
  signal: AbortSignal,
): AsyncGenerator<Row, void, undefined> {
  const isTheirs = isAbout(subject, names);
  for await (const { row } of file.records(signal)) if (isTheirs(row)) yield row;
}

/** What became of a collection that so many records were taken out of. */
export const removed = (collection: string, count: number): CollectionOutcome =>
  count === 0 ? { collection, outcome: "absent" } : { collection, outcome: "erased", count };

export const countIn = async (
  collections: readonly FileCollection[],
  subject: Subject,
  { signal }: CallContext,
): Promise<CollectionCount[]> => {
  const counts: CollectionCount[] = [];
  for (const each of collections) {
    let count = 0;
    for await (const _row of recordsOf(each, subject, signal)) count += 1;
    if (count > 0) counts.push({ collection: each.collection, count });
  }
  return counts;
};

/**
 * The cursor counts the person's own records up to the end of its page. A place in the file would not do: it
 * moves when somebody else is erased.
 */
export async function* pagesFrom(
  collections: readonly FileCollection[],
  subject: Subject,
  { signal, cursor }: ExportContext,
): AsyncGenerator<ExportPage, void, undefined> {
  const handedOver = Number(cursor ?? 0);
  if (!Number.isSafeInteger(handedOver)) throw new Error("this cursor is none of ours");
  let seen = 0;
  for (const { collection, file, names, show = (row: Row) => row } of collections) {
    let rows: Row[] = [];
    for await (const row of recordsOf({ file, names }, subject, signal)) {
      seen += 1;
      if (seen > handedOver) rows.push(show(row));
      if (rows.length === rowsPerPage) {
        yield { collection, rows, cursor: String(seen) };
        rows = [];
      }
    }
    if (rows.length > 0) yield { collection, rows, cursor: String(seen) };
  }
}

export const eraseFrom = async (
  collections: readonly FileCollection[],
  subject: Subject,
  { signal }: CallContext,
): Promise<CollectionOutcome[]> => {
  const outcomes: CollectionOutcome[] = [];
  for (const { collection, file, names } of collections) {
    outcomes.push(removed(collection, await removeRecords(file, isAbout(subject, names), signal)));
  }
  return outcomes;
};
