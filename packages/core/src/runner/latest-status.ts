import type { SourceStatusStore } from "../bridge/define-source-status-store.ts";
import type { StorageFailed } from "../errors.ts";
import type { StoredSourceStatus } from "../ports/source-status-store.ts";
import { type Result, ResultAsync } from "../result.ts";

type Stored = Promise<Result<void, StorageFailed>>;

interface Turn {
  /** What is written next. */
  status: StoredSourceStatus;
  readonly stored: Stored;
}

/**
 * The store of what the Data Sources page shows, where a source has one write under way at a time: of what is to be
 * written meanwhile only the last is, for all who wait. All requests write to the same few rows.
 */
export const latestStatus = (store: SourceStatusStore): SourceStatusStore => {
  const underWay = new Map<string, Stored>();
  const waiting = new Map<string, Turn>();

  const write = (key: string, status: StoredSourceStatus): Stored => {
    const stored: Stored = Promise.resolve(store.put(status)).finally(() => {
      if (underWay.get(key) === stored) underWay.delete(key);
    });
    underWay.set(key, stored);
    return stored;
  };

  const put = (status: StoredSourceStatus): Stored => {
    const key = JSON.stringify([status.tenant, status.source]);
    const turn = waiting.get(key);
    if (turn !== undefined) {
      turn.status = status;
      return turn.stored;
    }
    const before = underWay.get(key);
    if (before === undefined) return write(key, status);
    const next: Turn = {
      status,
      stored: before.then(() => {
        waiting.delete(key);
        return write(key, next.status);
      }),
    };
    waiting.set(key, next);
    return next.stored;
  };

  return { ...store, put: (status) => new ResultAsync(put(status)) };
};
