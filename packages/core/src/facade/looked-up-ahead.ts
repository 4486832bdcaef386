import { kindOf } from "../bridge/asked.ts";
import { InvalidInput } from "../errors.ts";
import { type Identifier, readIdentifier } from "../subject/identifier.ts";

interface LookedUp<Row, Found> {
  /** `known` is null where nobody can be looked up by what the row says. */
  readonly rows: readonly { readonly row: Row; readonly known: readonly Identifier[] | null }[];
  readonly found: PromiseLike<Found>;
}

/**
 * Batches of rows, each with its look-up under way. The next batch is read, and asked about, before this one is handed
 * on: the store works while its answers are gone through. What reading it throws comes when this one is done with.
 */
export async function* lookedUpAhead<Row, Found>(
  rows: AsyncIterable<Row> | Iterable<Row>,
  size: number,
  identifiers: (row: Row) => readonly Identifier[],
  lookUp: (people: readonly (readonly Identifier[])[]) => PromiseLike<Found>,
): AsyncGenerator<LookedUp<Row, Found>, void, undefined> {
  const batches = inBatches(rows, size);
  let isOver = false;
  let underWay: PromiseLike<unknown> = Promise.resolve();
  const begin = async (): Promise<LookedUp<Row, Found> | null> => {
    const { done, value: batch } = await batches.next();
    if (done === true || isOver) return null;
    const read = batch.map((row) => ({ row, known: readIdentifiers(identifiers(row)) }));
    const found = lookUp(read.map(({ known }) => known ?? []));
    underWay = found;
    return { rows: read, found };
  };
  let next = begin();
  try {
    for (let batch = await next; batch !== null; batch = await next) {
      next = begin();
      // It is told where it is awaited.
      next.catch(() => undefined);
      yield batch;
    }
  } finally {
    isOver = true;
    // Whoever stops early does not wait for further rows, which may never come; but leaves no look-up behind.
    batches.return().catch(() => undefined);
    await underWay;
  }
}

/** @throws InvalidInput where it is no list: somebody would be let through whom nobody has looked up */
const readIdentifiers = (given: unknown): readonly Identifier[] | null => {
  if (!Array.isArray(given)) {
    const message =
      `gave ${given instanceof Promise ? "a promise, and is not to be async" : kindOf(given)} for a row: return a list, ` +
      'such as [{ type: "email", value: row.email }]';
    throw new InvalidInput([{ path: "identifiers", message }]);
  }
  const read: Identifier[] = [];
  for (const each of given as readonly Identifier[]) {
    const identifier = readIdentifier(each);
    if (identifier === null) return null;
    read.push(identifier);
  }
  return read;
};

export async function* inBatches<Row>(
  rows: AsyncIterable<Row> | Iterable<Row>,
  size: number,
): AsyncGenerator<Row[], void, undefined> {
  let batch: Row[] = [];
  if (isAsync(rows)) {
    for await (const row of rows) {
      batch.push(row);
      if (batch.length < size) continue;
      yield batch;
      batch = [];
    }
  } else {
    // Row by row there is nothing to wait for, and waiting takes longer than the rest.
    for (const row of rows) {
      batch.push(row);
      if (batch.length < size) continue;
      yield batch;
      batch = [];
    }
  }
  if (batch.length > 0) yield batch;
}

const isAsync = <Row>(rows: AsyncIterable<Row> | Iterable<Row>): rows is AsyncIterable<Row> =>
  (rows as Partial<AsyncIterable<Row>>)[Symbol.asyncIterator] !== undefined;
