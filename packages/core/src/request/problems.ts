/**
 * Why something did not work, as it may be stored: a code and whether trying again can help. A driver's own
 * message may hold personal data and is never kept.
 */
export interface Problem {
  readonly code: ProblemCode;
  readonly retryable: boolean;
  /** The collections that it is about, where it is about some in particular. */
  readonly collections?: readonly string[] | undefined;
  /** The sweep that it is about, for `damaged`. */
  readonly sweep?: string | undefined;
  /** The hold that it is about, for `damaged`. */
  readonly hold?: string | undefined;
}

export const problemCodes = [
  /** The source threw: it could not be asked, or could not answer. */
  "unavailable",
  /** No answer within the deadline of a call. */
  "timed-out",
  /** The source threw `PermanentFailure`. */
  "permanent-failure",
  /** The answer is not of the documented shape. */
  "invalid-answer",
  /** The source said "erased" and still holds records of the person. */
  "still-present",
  /** The source needs an identifier that nobody knows for this person. */
  "identifier-missing",
  /** Asking round after round kept turning up identifiers; the bound was reached. */
  "too-many-identifiers",
  /** Something was retained in a collection that the source does not speak of any more. */
  "collection-missing",
  /** By the person's addresses more is found than was retained: it may have come since, and be somebody else's. */
  "more-than-retained",
  /** The source of this id is not registered any more. */
  "not-registered",
  /** The source has no way to do this. */
  "not-supported",
  /** The owner answered a manual task with "cannot". */
  "owner-cannot",
  /** There is no address to write to. */
  "no-address",
  /** The package is larger than the notifier attaches, and no link for downloads is configured. */
  "package-too-large",
  /** Cancelled while the source was at work: nobody knows whether it finished. */
  "interrupted",
  /** An error inside the library. Its cause goes to `onError`. */
  "internal-error",
  /** The same was to be done at once again and again, and nothing came of it: a mistake of the library's own. */
  "no-progress",
  /** The key of the request is not in the key ring: what it needs to know cannot be read. */
  "key-lost",
  /** What is stored, and needed, cannot be read. */
  "damaged",
] as const;
export type ProblemCode = (typeof problemCodes)[number];
