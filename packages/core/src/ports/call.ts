import type { Category } from "../request/kinds.ts";
import type { CollectionCount } from "../request/outcomes.ts";

/** What every call to an adapter carries. */
export interface CallContext {
  /** Fires when the deadline of the call passes, or the library stops. Stop working, change nothing more, throw. */
  readonly signal: AbortSignal;
  readonly tenant: string;
  /** The request that this call works for; null for a refresh from the Data Sources page. */
  readonly requestId: string | null;
  /**
   * What the call is about: every category that the request reaches; an erasure of `user-data` reaches `user-telemetry`
   * too. A data source is told those of them that it `holds`, never none, and counts, hands out and erases what belongs to
   * any of these, and nothing else; one that holds a single category need not look. In `identify`, and in whatever no
   * request is behind, it is told all that it holds.
   */
  readonly categories: readonly Category[];
  /**
   * The controller's time zone, by its IANA name: a day is over when it is over there. For what is kept until a day, or
   * from one. Left out: UTC.
   */
  readonly timeZone?: string;
  /**
   * Count and erase in these collections alone, where it is said: the request was opened again for what the law had kept
   * in them, of whatever category they are by now. What was kept elsewhere only because of records that go now goes along
   * with them. What came in elsewhere since, by the same names, nobody has asked to have erased.
   */
  readonly collections?: readonly string[] | undefined;
  /**
   * With `collections`: how many records were told as staying in others, as somebody else's too. Those that hang on what is
   * counted here may be the person's alone by now. Where no more is found there than was told, it is that, and goes along, or
   * is retained by its own day. Left out: none.
   */
  readonly staying?: readonly CollectionCount[] | undefined;
  /**
   * The same for every try of the same effect. Hand it on where the other side takes one, so that an effect
   * whose answer was lost is not done twice.
   */
  readonly idempotencyKey: string;
  /**
   * The handle of a transaction of the request store; only in calls to a source whose `joins` answered true for
   * it. Do everything within it, begin and end none, and keep it no longer than the call.
   */
  readonly transaction?: unknown;
}
