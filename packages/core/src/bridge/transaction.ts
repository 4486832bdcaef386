import { StorageFailed } from "../errors.ts";
import type {
  CommitAnswer,
  CommitInput,
  InsertAnswer,
  InsertInput,
  RequestKey,
  RequestStoreDefinition,
  StoredRequest,
  StoreTransaction,
} from "../ports/request-store.ts";
import { err, errAsync, ok, type Result, ResultAsync } from "../result.ts";

/** A transaction of the request store that is safe to use: answers are checked, and none comes after its end. */
export interface Transaction {
  /** What a source takes to work inside it. */
  readonly handle: unknown;
  /** The request, which nobody else changes until the end of the transaction. */
  read(key: RequestKey): ResultAsync<StoredRequest | undefined, StorageFailed>;
  insert(input: InsertInput): ResultAsync<InsertAnswer, StorageFailed>;
  commit(input: CommitInput): ResultAsync<CommitAnswer, StorageFailed>;
}

/** What there is to do in a transaction. */
export type Operations = Omit<Transaction, "handle">;

/** Runs work in a transaction of its own. */
export type Transact = <Value, Failure>(
  work: (transaction: Transaction) => Promise<Result<Value, Failure>>,
) => ResultAsync<Value, Failure | StorageFailed>;

/** Thrown through the store, which undoes everything for it. Says nothing: it may end up in a log. */
class Undo extends Error {}

const failed = (cause: unknown): StorageFailed =>
  new StorageFailed("request-store", "transaction", { cause });

export const transacting =
  (
    definition: Pick<RequestStoreDefinition, "transaction">,
    safe: (transaction: StoreTransaction) => Operations,
  ): Transact =>
  <Value, Failure>(work: (transaction: Transaction) => Promise<Result<Value, Failure>>) => {
    // Kept here, and not taken from what the store answers: it hands on what it knows nothing of.
    let done: Result<Value, Failure> | null = null;
    const run = async (): Promise<Result<Value, Failure | StorageFailed>> => {
      try {
        await definition.transaction?.(async (transaction) => {
          done = null;
          const lasting = untilItsEnd(transaction.handle, safe(transaction));
          try {
            done = await work(lasting.transaction);
          } finally {
            lasting.end();
          }
          if (done.isErr()) throw new Undo("the transaction is to be undone");
        });
      } catch (thrown) {
        const known: Result<Value, Failure> | null = done;
        if (known?.isErr()) return err(known.error);
        return err(thrown instanceof StorageFailed ? thrown : failed(thrown));
      }
      // A store that never did the work, or stored what was to be undone, must not look like success.
      return done?.isOk() ? ok(done.value) : err(failed(new Error("the store did not do as it was told")));
    };
    return new ResultAsync(run());
  };

const untilItsEnd = (handle: unknown, { read, insert, commit }: Operations) => {
  let isOver = false;
  const whileOpen =
    <Input, Answer>(operation: (input: Input) => ResultAsync<Answer, StorageFailed>) =>
    (input: Input): ResultAsync<Answer, StorageFailed> =>
      isOver ? errAsync(failed(new Error("the transaction is over"))) : operation(input);
  const transaction: Transaction = {
    handle,
    read: whileOpen(read),
    insert: whileOpen(insert),
    commit: whileOpen(commit),
  };
  return {
    transaction,
    end: () => {
      isOver = true;
    },
  };
};
