import type { Instant } from "../instant.ts";

/** What became of an export package that was made earlier, once its person was erased. */
export interface LeftPackage {
  /** Until when the person can fetch it by the link that they were sent; when it ended, where it ended with the erasure. */
  readonly until: Instant;
  /** Whether it was deleted with the erasure. */
  readonly ended: boolean;
}

/** What an erasure has found of earlier packages. */
export interface PackagesLeft {
  /** In which round: an erasure that is opened again looks again. */
  readonly reopened: number;
  /** Under how many names the person was known then: with more, it looks again. */
  readonly names: number;
  readonly packages: readonly LeftPackage[];
}

/** Whether a package may still be fetched, as far as erasures of the person go: with the link that they were sent, or not. */
export const isLeftTo = ({ left }: { readonly left?: LeftPackage }, byLink: boolean): boolean =>
  left === undefined || (byLink && !left.ended);
