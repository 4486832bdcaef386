/** What every call to an adapter carries. */
export interface CallContext {
  /** Fires when the deadline of the call passes, or the library stops. Stop working, change nothing more, throw. */
  readonly signal: AbortSignal;
  readonly tenant: string;
  /** The request that this call works for; null for a refresh from the Data Sources page. */
  readonly requestId: string | null;
  /**
   * The same for every try of the same effect. Hand it on where the other side takes one, so that an effect
   * whose answer was lost is not done twice.
   */
  readonly idempotencyKey: string;
}
