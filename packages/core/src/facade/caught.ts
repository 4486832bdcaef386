import { Damaged, StorageFailed } from "../errors.ts";
import { ResultAsync } from "../result.ts";

/** Work over many records, in which `orThrow` throws: what was thrown is its error again. */
export const caught = <Value>(work: () => Promise<Value>): ResultAsync<Value, StorageFailed | Damaged> =>
  ResultAsync.fromPromise(work(), (thrown) =>
    thrown instanceof StorageFailed || thrown instanceof Damaged
      ? thrown
      : new StorageFailed("request-store", "list", { cause: thrown }),
  );
