import type { Instant } from "../instant.ts";

/**
 * Decides when and where a request is woken. A driver only: the request's own record is the truth, and a
 * version guard lets one worker win, so that waking it twice, or for nothing, does no harm.
 */
export interface Dispatcher {
  /** Wakes the request at this time, or as soon as it can. A second call for the same request may replace the first. */
  enqueue(job: WakeUp): Promise<void>;
  /** Starts calling `handler`, never twice at once for one request. */
  work(handler: (job: WakeUp) => Promise<void>): Promise<void>;
  /** Takes nothing new on, and resolves when everything under way has ended. */
  stop(): Promise<void>;
}

export interface WakeUp {
  readonly tenant: string;
  readonly requestId: string;
  readonly runAt: Instant;
}
