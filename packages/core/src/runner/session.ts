import { KeyDestroyed, NotPossibleNow } from "../errors.ts";
import type { RequestKey } from "../ports/request-store.ts";
import type { RequestEvent } from "../request/events.ts";
import { orThrow } from "../result.ts";
import { apply, load, type Opened } from "./apply.ts";
import { finishDestroyed } from "./finish-destroyed.ts";
import type { Services } from "./services.ts";

/** One runner's hold of one request: the newest state it knows, and one decision at a time. */
export interface Session {
  readonly current: () => Opened;
  /**
   * Stores that something happened.
   *
   * @returns false where the request has moved on, and this does not fit it any more
   * @throws StorageFailed and the like: the work stops, and is taken up again later
   */
  readonly record: (event: RequestEvent) => Promise<boolean>;
}

/**
 * Null where there is nothing left to do, because the request's key is destroyed.
 *
 * @throws RequestNotFound, StorageFailed, KeyDestroyed, Damaged
 */
export const openSession = async (services: Services, key: RequestKey): Promise<Session | null> => {
  const loaded = await load(services, key);
  if (loaded.isErr() && loaded.error instanceof KeyDestroyed) return finishDestroyed(services, key);
  let opened = orThrow(loaded);
  // Sources of one request work side by side; what comes of them is stored one after the other.
  let last: Promise<unknown> = Promise.resolve();
  const inTurn = <Value>(work: () => Promise<Value>): Promise<Value> => {
    const turn = last.then(work);
    last = turn.catch(() => undefined);
    return turn;
  };
  return {
    current: () => opened,
    record: (event) =>
      inTurn(async () => {
        const applied = await apply(services, key, event, undefined, opened);
        if (applied.isErr() && applied.error instanceof NotPossibleNow) {
          opened = orThrow(await load(services, key));
          return false;
        }
        opened = orThrow(applied);
        return true;
      }),
  };
};
