import { KeyDestroyed, NotPossibleNow } from "../errors.ts";
import type { RequestKey } from "../ports/request-store.ts";
import type { RequestEvent } from "../request/events.ts";
import type { Act } from "../request/guard.ts";
import { err, ok, orThrow, type Result } from "../result.ts";
import { type ApplyError, announce, applyAll, letOthersOn } from "./apply.ts";
import { applyTogether, type Joined } from "./apply-together.ts";
import { load, type Opened } from "./load.ts";
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
  /**
   * Does work in a transaction of the store and stores what happened in the same; null where the store has no
   * transactions. Where it answers an error, nothing of either is stored: `NotPossibleNow` where the request has
   * moved on.
   */
  readonly recordTogether: RecordTogether | null;
  /** Reads the request anew, where somebody else has changed it. @throws what opening it does */
  readonly reload: () => Promise<void>;
}

export type RecordTogether = <Failure>(
  act: Act,
  work: Joined<Failure>,
) => Promise<Result<void, ApplyError | Failure>>;

interface Waiting {
  readonly event: RequestEvent;
  readonly resolve: (isRecorded: boolean) => void;
  readonly reject: (cause: unknown) => void;
}

/**
 * Null where the key of the request is not there.
 *
 * @throws RequestNotFound, StorageFailed, Damaged
 */
export const openSession = async (services: Services, key: RequestKey): Promise<Session | null> => {
  const loaded = await load(services, key);
  if (loaded.isErr() && loaded.error instanceof KeyDestroyed) return null;
  let opened = orThrow(loaded);
  // Sources of one request work side by side. What comes of them is stored one after the other; what comes at the
  // same moment, or while something is being stored, is stored together.
  let last: Promise<unknown> = Promise.resolve();
  const inTurn = <Value>(work: () => Promise<Value>): Promise<Value> => {
    const turn = last.then(work);
    last = turn.catch(() => undefined);
    return turn;
  };
  const waiting: Waiting[] = [];
  const reload = async () => {
    opened = orThrow(await load(services, key));
  };
  const recordWaiting = async () => {
    const recorded = waiting.splice(0);
    try {
      const events = recorded.map(({ event }) => event);
      // Who begins to send a message ends that as well. Should the process die first, the store is asked.
      const isQuiet = events.every(({ type }) => type === "notice-begun");
      const through = isQuiet ? { ...services, requestStore: services.quietStore } : services;
      const { refusals, ...latest } = orThrow(await applyAll(through, key, events, undefined, opened));
      opened = latest;
      if (refusals.every((refusal) => refusal !== null)) await reload();
      for (const [index, { resolve, reject }] of recorded.entries()) {
        const refusal = refusals[index] ?? null;
        if (refusal === null || refusal instanceof NotPossibleNow) resolve(refusal === null);
        else reject(refusal);
      }
    } catch (thrown) {
      for (const { reject } of recorded) reject(thrown);
    }
  };
  const { transaction } = services.requestStore;
  return {
    current: () => opened,
    reload: () => inTurn(reload),
    record: (event) =>
      new Promise((resolve, reject) => {
        waiting.push({ event, resolve, reject });
        if (waiting.length === 1) void inTurn(recordWaiting);
      }),
    recordTogether:
      transaction &&
      (async (act, work) => {
        // Takes its turn only once the transaction has ended. Over one connection, whoever has the turn may be
        // waiting for that end. What others store meanwhile is kept apart by the store: by lock and by version.
        const applied = await applyTogether(services, transaction, key, opened.key, act, work);
        if (applied.isErr()) {
          if (applied.error instanceof NotPossibleNow) await inTurn(reload);
          return err(applied.error);
        }
        const before = opened.request;
        await inTurn(async () => {
          if (applied.value.request.version > opened.request.version) opened = applied.value;
          announce(services, opened.request);
        });
        await letOthersOn(services, before, applied.value.request);
        return ok(undefined);
      }),
  };
};
