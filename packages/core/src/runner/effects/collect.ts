import { invalidAnswer, Refused } from "../../bridge/call.ts";
import type { ExportPages } from "../../bridge/export-pages.ts";
import { CallFailed } from "../../errors.ts";
import { ColumnTally } from "../../export/column-tally.ts";
import { UnfitValue } from "../../export/json-text.ts";
import { encodeRows } from "../../export/rows.ts";
import { instant, later } from "../../instant.ts";
import type { ExportPage, LinePage, RowPage } from "../../ports/data-source.ts";
import { confidentialOf } from "../../request/change.ts";
import type { RequestEvent } from "../../request/events.ts";
import { leftBefore } from "../../request/left-before.ts";
import { type CollectionCount, type CollectionOutcome, totalCount } from "../../request/outcomes.ts";
import { columnsOf } from "../../request/request.ts";
import type { CollectedCollection, SourceStep } from "../../request/steps.ts";
import { err, ok, Result } from "../../result.ts";
import { slices, writeChunk } from "../artifacts.ts";
import { confirmedAt, earlierOfRequest, ownNumbers } from "../erased-before.ts";
import { outgrownBy } from "./approved.ts";
import { rowsArtifact } from "./artifact-names.ts";
import { withCollectedBefore } from "./collected-before.ts";
import { byCertain, canFind, type Effect, failure, workFor } from "./effect.ts";
import { notHandedOut } from "./not-handed-out.ts";

/** Rows are put down, and how far it came is recorded, whenever about this many bytes have come together. */
const bytesBetweenRecords = 512 * 1024;

/** Rows are removed with their request; should that ever be missed, a sweep takes them after a year. */
const stagedFor = 365 * 24 * 3_600 * 1_000;

/** A source that names more collections than this has taken data for names. */
const mostCollections = 1_000;

interface Staged {
  readonly collection: string;
  readonly columns: ColumnTally;
  rows: number;
  chunks: number;
  waiting: Uint8Array[];
}

/** Reads what a source holds of the person, page by page, and goes on where an earlier try got to. */
export const collect = async (effect: Effect, step: SourceStep): Promise<RequestEvent> => {
  const work = workFor(effect, step, "export", "collect");
  if (work.isErr()) return failure(effect, step, work.error);
  const { source, subject, call, identifiers } = work.value;
  if (source.export === null)
    return failure(effect, step, new CallFailed(step.source, "not-supported", false));
  if (!canFind(work.value))
    return failure(effect, step, new CallFailed(step.source, "identifier-missing", false));
  const outgrown = step.collected.length === 0 ? await outgrownBy(effect, step, work.value) : ok(null);
  if (outgrown.isErr()) return failure(effect, step, outgrown.error);
  if (outgrown.value !== null) return outgrown.value;
  // Work that began anew has collected nothing, and must not go on where the work before it stood.
  const { cursors } = confidentialOf(effect.request);
  const cursor = step.collected.length === 0 ? null : (cursors[step.source] ?? null);
  const pages = source.export(subject, call, cursor);
  let all: readonly CollectedCollection[] = [];
  let found: readonly CollectionCount[] = [];
  let left: readonly CollectionOutcome[] = [];
  try {
    // Without a cursor there is no place to go on from: what an earlier try put down is written over.
    const collected = await stage(effect, step, pages, cursor === null ? [] : step.collected, cursor);
    if (collected.isErr()) return failure(effect, step, collected.error);
    // Counted anew where less came than was counted before: somebody else may have erased meanwhile.
    all = collected.value;
    found = all.map(({ collection, rows: count }) => ({ collection, count }));
    const rows = totalCount(found);
    const isShort = rows < totalCount(step.located ?? []);
    const held = isShort ? await source.locate?.(subject, call) : undefined;
    if (held?.isErr()) return failure(effect, step, held.error);
    if (held?.isOk() && rows < totalCount(held.value)) {
      const said = new Refused(
        `${totalCount(held.value)} records were counted, and ${rows} rows were exported`,
      );
      return failure(effect, step, new CallFailed(step.source, "invalid-answer", true, { cause: said }));
    }
    const beside = await notHandedOut(work.value, found);
    if (beside.isErr()) return failure(effect, step, beside.error);
    left = beside.value;
  } finally {
    await pages.close();
  }
  effect.services.looked(step.source, effect.request.id, null);
  const { services, request } = effect;
  const earlier = await earlierOfRequest(services, request, step.source);
  const today = instant(services.clock.now()).slice(0, 10);
  const { collectedBefore = [] } = step;
  const keptEarlier = leftBefore(earlier, {
    names: request.pseudonyms,
    numbers: ownNumbers(request),
    confirmedAt: confirmedAt(request),
    found,
    today,
  });
  return {
    type: "source-finished",
    source: step.source,
    generation: step.generation,
    outcomes: left,
    ...(keptEarlier.length > 0 && { keptEarlier }),
    ...(collectedBefore.length > 0 && { collected: await withCollectedBefore(effect, step, all) }),
    checked: null,
    identifiersUsed: identifiers,
    ...byCertain(work.value),
  };
};

/**
 * @param from the cursor that the source goes on behind
 * @returns what the source gave, over all tries that this one goes on from
 */
const stage = async (
  effect: Effect,
  step: SourceStep,
  pages: ExportPages,
  before: readonly CollectedCollection[],
  from: string | null,
): Promise<Result<readonly CollectedCollection[], CallFailed>> => {
  const columns = columnsOf(confidentialOf(effect.request), step.source, step.generation);
  const staged: Staged[] = before.map((collected, index) => ({
    ...collected,
    columns: new ColumnTally(columns[index]),
    waiting: [],
  }));
  let waiting = 0;
  let last = from;
  const putDown = async (cursor: string | null) => {
    for (const [index, each] of staged.entries()) await putDownOne(effect, step, index, each);
    waiting = 0;
    const collected = staged.map(({ collection, rows, chunks }) => ({ collection, rows, chunks }));
    await effect.record({
      type: "source-collected",
      source: step.source,
      generation: step.generation,
      collected,
      columns: staged.map(({ columns }) => columns.saved()),
      cursor,
    });
  };
  for (;;) {
    const page = await pages.next();
    if (page.isErr()) return err(page.error);
    if (page.value === null) break;
    if (page.value.cursor !== undefined && page.value.cursor === last) return err(standingStill(step));
    const bytes = take(step, staged, page.value);
    if (bytes.isErr()) return err(bytes.error);
    waiting += bytes.value;
    last = page.value.cursor ?? null;
    if (waiting >= bytesBetweenRecords) await putDown(last);
  }
  await putDown(last);
  return ok(staged.map(({ collection, rows, chunks }) => ({ collection, rows, chunks })));
};

/** An API that does not know its cursor gives the same page for ever. */
const standingStill = ({ source }: SourceStep): CallFailed =>
  invalidAnswer(
    source,
    new Refused("`export` gave a page with the cursor of the one before: behind each page stands a new one"),
  );

const take = (step: SourceStep, staged: Staged[], page: ExportPage): Result<number, CallFailed> => {
  let into = staged.find(({ collection }) => collection === page.collection);
  if (into === undefined) {
    if (staged.length === mostCollections)
      return err(
        invalidAnswer(step.source, new Refused(`there are more than ${mostCollections} collections`)),
      );
    into = { collection: page.collection, columns: new ColumnTally(), rows: 0, chunks: 0, waiting: [] };
    staged.push(into);
  }
  const { columns } = into;
  const bytes = "lines" in page ? linesOf(step, page, columns) : encoded(step, page, columns);
  if (bytes.isErr()) return err(bytes.error);
  into.rows += "lines" in page ? page.count : page.rows.length;
  into.waiting.push(bytes.value);
  return ok(bytes.value.length);
};

const encoded = (step: SourceStep, page: RowPage, columns: ColumnTally): Result<Uint8Array, CallFailed> =>
  Result.fromThrowable(
    () => encodeRows(page.rows, columns),
    (thrown) => invalidAnswer(step.source, refusedIn(page.collection, thrown)),
  )();

/** Says where in the export it stands, and never what stands there: what else is thrown may quote it. */
const refusedIn = (collection: string, thrown: unknown): Refused =>
  new Refused(
    `in the collection ${JSON.stringify(collection)}: ${thrown instanceof UnfitValue ? thrown.message : "a row cannot be read"}`,
  );

const linesOf = (
  step: SourceStep,
  { collection, lines, columns: told }: LinePage,
  columns: ColumnTally,
): Result<Uint8Array, CallFailed> => {
  for (const { name, kinds } of told) {
    const column = columns.column(name);
    for (const kind of kinds) column.kinds.add(kind);
  }
  // A table is made of every row, and that finds a line that is no row. With more columns there would be no table.
  if (!columns.isComplete)
    return err(
      invalidAnswer(step.source, refusedIn(collection, new UnfitValue("has more columns than a table"))),
    );
  // What has to wait for the next page is copied; more than that is put down before. Not with `slice`: that of a Buffer
  // copies nothing.
  return ok(lines.length < bytesBetweenRecords ? new Uint8Array(lines) : lines);
};

const putDownOne = async (effect: Effect, step: SourceStep, index: number, staged: Staged): Promise<void> => {
  const { services, key, request } = effect;
  const artifact = rowsArtifact(request, step, { generation: step.generation, number: index });
  const expiresAt = later(instant(services.clock.now()), stagedFor);
  const [first, ...others] = staged.waiting;
  const bytes = first === undefined || others.length > 0 ? Buffer.concat(staged.waiting) : first;
  for (const chunk of slices(bytes)) {
    await writeChunk(services, key, artifact, staged.chunks, chunk, expiresAt);
    staged.chunks += 1;
  }
  staged.waiting = [];
};
