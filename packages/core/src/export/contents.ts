import type { Instant } from "../instant.ts";
import type { Category } from "../request/kinds.ts";
import type { CollectionOutcome } from "../request/outcomes.ts";
import type { ProblemCode } from "../request/problems.ts";
import type { CollectedColumn } from "../request/steps.ts";

/** Everything that goes into an export package. */
export interface PackageContents {
  readonly facts: PackageFacts;
  readonly collections: readonly StagedCollection[];
  /** Sources whose part is not in the package, or not all of it. */
  readonly missing: readonly MissingPart[];
  /** Sources that were read to their end, and hold nothing of the person. */
  readonly nothingFound: readonly SourceName[];
  /** What earlier erasures of the person left, and is not in the package: nobody finds it by what is known of them now. */
  readonly kept: readonly KeptPart[];
  /** Copies that were not read, because the origins they are filled from are in the package. */
  readonly leftOut: readonly LeftOutPart[];
}

export interface PackageFacts {
  readonly requestId: string;
  readonly category: Category;
  /** Who is answerable for the data, by name. */
  readonly controller: string;
  /** The email address that the request named. */
  readonly subject: string;
  readonly createdAt: Instant;
}

export interface SourceName {
  readonly id: string;
  readonly title: string;
}

export interface StagedCollection {
  readonly source: SourceName;
  readonly collection: string;
  readonly rows: number;
  /** What the `ColumnTally` of these rows saved. */
  readonly columns: readonly CollectedColumn[];
  /**
   * What `encodeRows` made, in pieces that may end anywhere. Called up to three times, one after the other, and
   * not always read to the end. A piece is not looked at any more once the next one is asked for.
   */
  read(): AsyncIterable<Uint8Array>;
}

export interface MissingPart {
  readonly source: SourceName;
  readonly problem: ProblemCode;
  /** The reason that somebody gave for going on without it; null where nobody has. */
  readonly settled: string | null;
  /** What was collected there before is in the package; what the source may hold beside that is not. Left out: none is. */
  readonly isPartly?: boolean;
}

export interface KeptPart {
  readonly source: SourceName;
  readonly outcomes: readonly CollectionOutcome[];
}

export interface LeftOutPart {
  readonly source: SourceName;
}
