import type { Instant } from "../instant.ts";
import type { Rules } from "./rules.ts";

/** What became of an export package that was made earlier, once its person was erased. */
export interface LeftPackage {
  /** Until when the person can fetch it by the link that they were sent; when it ended, where it ended with the erasure. */
  readonly until: Instant;
  /** Whether it was deleted with the erasure, or could not be fetched any more: it has no link, or that was used up. */
  readonly ended: boolean;
  /** How often the link still worked then. Left out: as often as they like, or it ended. */
  readonly downloads?: number;
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

/** How often a link still fetches its package; null for as often as anybody likes. */
export const fetchesLeft = (
  { downloadsByLink = 0 }: { readonly downloadsByLink?: number },
  { downloads }: Pick<Rules, "downloads">,
): number | null => (downloads === null ? null : Math.max(0, downloads - downloadsByLink));

/** Whether nobody can fetch a package by a link any more: there is none, or each was used as often as it may be. */
export const isUsedUp = (
  packages: readonly { readonly tokenHash: string | null; readonly downloadsByLink?: number }[],
  rules: Pick<Rules, "downloads">,
): boolean => packages.every((each) => each.tokenHash === null || fetchesLeft(each, rules) === 0);
