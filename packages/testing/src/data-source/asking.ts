import assert from "node:assert/strict";
import type {
  Call,
  CollectionCount,
  CollectionOutcome,
  DataSource,
  ExportPage,
  LinePage,
  Row,
  Subject,
} from "@subject-rights/core";
import { answerOf } from "../answers.ts";
import type { AbilityName } from "./harness.ts";

/** An ability that the harness says is there. */
export const ability = <Name extends Exclude<AbilityName, "verify"> | "remaining">(
  source: DataSource,
  name: Name,
): NonNullable<DataSource[Name]> => {
  const found = source[name];
  assert.ok(found !== null, `the harness says that the source can ${name}, and it cannot`);
  return found;
};

/** Far more pages than a case seeds. */
const mostPages = 10_000;

/** Reads an export to its end. An error on the way ends the case. */
export const pagesOf = async (
  source: DataSource,
  subject: Subject,
  call: Call,
  cursor: string | null = null,
): Promise<readonly ExportPage[]> => {
  const pages = ability(source, "export")(subject, call, cursor);
  const read: ExportPage[] = [];
  try {
    for (;;) {
      const next = await pages.next();
      if (next.isErr()) throw next.error;
      if (next.value === null) return read;
      read.push(
        "lines" in next.value ? { ...next.value, lines: new Uint8Array(next.value.lines) } : next.value,
      );
      assert.ok(read.length <= mostPages, "the pages come to an end");
    }
  } finally {
    await pages.close();
  }
};

export interface ExportedRow {
  readonly collection: string;
  readonly row: Row;
}

export const rowsOf = (pages: readonly ExportPage[]): readonly ExportedRow[] =>
  pages.flatMap((page) =>
    ("rows" in page ? page.rows : linesOf(page).map((line): Row => JSON.parse(line))).map((row) => ({
      collection: page.collection,
      row,
    })),
  );

/** The lines of a page, each without its newline. */
export const linesOf = ({ lines }: LinePage): readonly string[] =>
  Buffer.from(lines).toString("utf8").split("\n").slice(0, -1);

/** Counts as a record, without collections that hold nothing, so that two ways of counting can be compared. */
export const tally = (counts: readonly CollectionCount[]): Readonly<Record<string, number>> => {
  const sums = new Map<string, number>();
  for (const { collection, count } of counts) sums.set(collection, (sums.get(collection) ?? 0) + count);
  return Object.fromEntries([...sums].filter(([, count]) => count > 0).toSorted());
};

export const tallyOfRows = (rows: readonly ExportedRow[]): Readonly<Record<string, number>> =>
  tally(rows.map(({ collection }) => ({ collection, count: 1 })));

/** How many records outcomes speak of, a collection. */
export const tallyOfOutcomes = (
  outcomes: readonly CollectionOutcome[],
  counted: readonly CollectionOutcome["outcome"][] = ["erased", "anonymised", "retained", "kept"],
): Readonly<Record<string, number>> =>
  tally(
    outcomes.flatMap((outcome) =>
      outcome.outcome !== "absent" && counted.includes(outcome.outcome)
        ? [{ collection: outcome.collection, count: outcome.count }]
        : [],
    ),
  );

/**
 * What is left of a person is what is said to be retained, and at most what is said to be kept: of that nothing may lead
 * to the person any more, though it is still there for whose it is too.
 */
export const assertLeft = (
  held: readonly CollectionCount[],
  outcomes: readonly CollectionOutcome[],
): void => {
  const left = tally(held);
  const [retained, staying] = [
    tallyOfOutcomes(outcomes, ["retained"]),
    tallyOfOutcomes(outcomes, ["retained", "kept"]),
  ];
  const isSaid = Object.keys({ ...left, ...staying }).every((collection) => {
    const count = left[collection] ?? 0;
    return count >= (retained[collection] ?? 0) && count <= (staying[collection] ?? 0);
  });
  if (!isSaid) assert.deepEqual(left, staying);
};

/** Erases a person, and answers what the source said of it. */
export const erased = (
  source: DataSource,
  subject: Subject,
  call: Call,
): Promise<readonly CollectionOutcome[]> => answerOf(ability(source, "erase")(subject, call));
