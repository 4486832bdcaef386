import type { Instant } from "../instant.ts";
import type { RequestKey } from "./request-store.ts";

/**
 * Decides when and where a request is woken. A driver only: the request's own record is the truth, and says itself
 * when it has to be looked at (`wakeAt`). Every commit is guarded by a version, so one worker wins, and waking a
 * request twice, late or for nothing does no harm. A wake-up that gets lost is found by the library, which looks into
 * the store from time to time; it is late then, and no worse. What is plain async here may throw.
 */
export interface Dispatcher {
  /**
   * Whether `enqueue` can work inside this transaction of the request store (`StoreTransaction.handle`): the same
   * for every transaction of one store. Left out: it never can, and no transaction is opened for its sake.
   */
  joins?(handle: unknown): boolean;

  /**
   * Has the request woken, at its time or as soon after it as can be, whoever works on this queue then, and
   * whenever they begin to. Resolves once that is kept; throws where it could not be.
   *
   * One that waits gives way to a later one of the same `dedupeKey`, sooner or not: a request never has more than
   * one that waits. One that is being worked on already stays, and the new one comes after it.
   */
  enqueue(request: RequestKey, wakeUp: EnqueueOptions): Promise<void>;

  /**
   * Begins to call `handler`, for at most `concurrency` requests at once, and never twice at once for one
   * `dedupeKey`. Where the handler throws, the request is woken again a little later, and more and more rarely, by
   * times that are spread at random; the others go on. Where the process dies meanwhile, somebody else wakes it.
   */
  work(handler: (wakeUp: WakeUp) => Promise<void>, options: { readonly concurrency: number }): Promise<void>;

  /**
   * Takes nothing new on, and resolves when everything under way has ended. What waits stays for others. Is called once more
   * where it came while `work` had not resolved yet; `work` is not called after it.
   */
  stop(): Promise<void>;
}

export interface EnqueueOptions {
  readonly runAt: Instant;
  /** The same for all wake-ups of one request. Nothing personal. */
  readonly dedupeKey: string;
  /** The handle of a transaction that `joins` said yes to: kept with everything else in it, or not at all. */
  readonly tx?: unknown;
}

export interface WakeUp extends RequestKey {
  /** What it was enqueued for. Its time has come, whatever the clock of this machine says. */
  readonly runAt: Instant;
}
