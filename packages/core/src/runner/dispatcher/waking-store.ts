import type { RequestStore } from "../../bridge/define-request-store.ts";
import type { Transact, Transaction } from "../../bridge/transaction.ts";
import { StorageFailed } from "../../errors.ts";
import { type Instant, instant } from "../../instant.ts";
import type { Clock } from "../../ports/clock.ts";
import type { Dispatcher } from "../../ports/dispatcher.ts";
import type { RequestKey, StoredRequest } from "../../ports/request-store.ts";
import { err, ok, ResultAsync } from "../../result.ts";
import type { WakeOrder, Writing } from "./wake-order.ts";

/** Wakes a request, whose wake-ups are one while they wait. */
export const wake = (
  dispatcher: Dispatcher,
  { tenant, id }: RequestKey,
  runAt: Instant,
  tx?: unknown,
): Promise<void> => {
  const dedupeKey = JSON.stringify([tenant, id]);
  return dispatcher.enqueue({ tenant, id }, { runAt, dedupeKey, ...(tx !== undefined && { tx }) });
};

interface WakingStoreParts {
  readonly requestStore: RequestStore;
  readonly dispatcher: Dispatcher;
  readonly clock: Clock;
  /** The same for all that stand before one store in one process. */
  readonly order: WakeOrder;
}

type Writes = Pick<Transaction, "insert" | "commit">;

/**
 * The request store, with the wake-up enqueued for everything that is stored in it: in the same transaction where
 * store and dispatcher can, else right behind it. One that gets lost behind it is found when the store is asked.
 *
 * @param inHand for whoever was woken for the request and works on it: does at once what is due at once, and is woken
 *   for it again should the process die. So only later wake-ups are enqueued
 */
export const wakingStore = (
  { requestStore, dispatcher, clock, order }: WakingStoreParts,
  { inHand = false } = {},
): RequestStore => {
  const { transaction } = requestStore;
  // Known only with a handle. Once it is no, nothing is opened for it any more.
  let joins = dispatcher.joins !== undefined;

  const wakeAtOf = ({ wakeAt }: StoredRequest): Instant | null =>
    wakeAt === null || (inHand && wakeAt <= instant(clock.now())) ? null : wakeAt;

  /** That it is stored is true, and is the answer, whatever becomes of this. */
  const wakeAfter = async (request: StoredRequest): Promise<void> => {
    const wakeAt = wakeAtOf(request);
    if (wakeAt !== null) await wake(dispatcher, request, wakeAt).catch(() => undefined);
  };

  const wakeWithin = (request: StoredRequest, handle: unknown): ResultAsync<void, StorageFailed> => {
    const wakeAt = wakeAtOf(request);
    const enqueued = wakeAt === null ? Promise.resolve() : wake(dispatcher, request, wakeAt, handle);
    return ResultAsync.fromPromise(
      enqueued,
      (cause) => new StorageFailed("dispatcher", "enqueue", { cause }),
    );
  };

  /** Stores with `write`, and then has the request woken. */
  const store = <Answer extends { readonly outcome: string }>(
    request: StoredRequest,
    write: (writing: Writes) => ResultAsync<Answer, StorageFailed>,
  ): ResultAsync<Answer, StorageFailed> => {
    const apart = async () => {
      const { isNewest, end } = order.begin(request);
      const answer = await write(requestStore);
      if (answer.isOk() && isStored(answer.value) && isNewest()) await wakeAfter(request);
      end();
      return answer;
    };
    const mayJoin = joins && transaction !== null && wakeAtOf(request) !== null;
    if (!mayJoin) return new ResultAsync(apart());
    const together = transaction<Answer | null, StorageFailed>(async (inside) => {
      joins = dispatcher.joins?.(inside.handle) === true;
      if (!joins) return ok(null);
      const answer = await write(inside);
      if (answer.isErr() || !isStored(answer.value)) return answer;
      const woken = await wakeWithin(request, inside.handle);
      return woken.isErr() ? err(woken.error) : answer;
    });
    return together.andThen((answer) =>
      answer === null ? new ResultAsync(apart()) : ok<Answer, StorageFailed>(answer),
    );
  };

  /** For work that needs a transaction anyway. */
  const transact =
    (open: Transact): Transact =>
    (work) => {
      let stored: (Writing & { readonly request: StoredRequest })[] = [];
      const endAll = () => {
        for (const { end } of stored) end();
        stored = [];
      };
      return open(async (inside) => {
        // It may be done anew, where the store has undone it.
        endAll();
        const isJoined = dispatcher.joins?.(inside.handle) === true;
        const followed = <Answer extends { readonly outcome: string }>(
          request: StoredRequest,
          writing: ResultAsync<Answer, StorageFailed>,
        ): ResultAsync<Answer, StorageFailed> =>
          writing.andThen((answer) => {
            if (!isStored(answer)) return ok(answer);
            if (isJoined) return wakeWithin(request, inside.handle).map(() => answer);
            stored.push({ request, ...order.begin(request) });
            return ok(answer);
          });
        return work({
          ...inside,
          insert: (input) => followed(input.request, inside.insert(input)),
          commit: (input) => followed(input.request, inside.commit(input)),
        });
      })
        .map(async (value) => {
          for (const { request, isNewest } of stored) if (isNewest()) await wakeAfter(request);
          endAll();
          return value;
        })
        .mapErr((error) => {
          endAll();
          return error;
        });
    };

  return {
    ...requestStore,
    insert: (input) => store(input.request, (writing) => writing.insert(input)),
    commit: (input) => store(input.request, (writing) => writing.commit(input)),
    transaction: transaction && transact(transaction),
  };
};

const isStored = ({ outcome }: { readonly outcome: string }): boolean =>
  outcome === "stored" || outcome === "committed";
