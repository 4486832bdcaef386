/**
 * How well it is proven what became of a collection.
 * - `verified-absent`: the source was asked afterwards, and holds nothing more of the person there.
 * - `verified-changed`: the records are still there, were made anonymous, and each was compared with what it was before.
 * - `accepted`: a third party, or the owner who did it by hand, says so, and nobody could look.
 * - `unverifiable`: it was done, and there is no way to ask whether it worked; or it was proven once, and when the source
 *   was to be asked again, a person closed it by hand.
 * - `failed`: it was not done; a person closed the source by hand, and its owner has not said since that they did it.
 */
export type ProofGrade = "verified-absent" | "verified-changed" | "accepted" | "unverifiable" | "failed";

export interface GradedCollection {
  readonly source: string;
  /** Null for a source that named none. */
  readonly collection: string | null;
  /**
   * Null where nothing was to be erased: the law keeps all of it, it is somebody else's too, or it came in after the
   * request was closed, or is in a source that was registered since.
   */
  readonly grade: ProofGrade | null;
  /** How many records the law keeps. */
  readonly retained: number;
  /** How many records stay because they are somebody else's too. */
  readonly kept: number;
}
