import type { Category } from "../request/kinds.ts";
import type { CollectionCount, CollectionOutcome } from "../request/outcomes.ts";
import type { FoundIdentifier } from "../subject/identifier.ts";
import type { Subject } from "../subject/subject.ts";
import type { CallContext } from "./call.ts";

/**
 * Something that holds data of people: a database, a file store, an API, a log. This is what an author writes;
 * `defineDataSource` makes it safe to use.
 *
 * Rules for every ability:
 * - A person who is not there is an answer: an empty list, no pages. It is never an exception.
 * - "Could not ask" is an exception, always. Throw whatever you like; it is tried again. Throw
 *   `PermanentFailure` for "never will". An error turned into an empty answer tells a person they were erased
 *   when they were not.
 * - Any call may come twice with the same `idempotencyKey`, and must then do no more than the first did. It
 *   answers what it finds then, not what it answered before.
 * - Calls for different people may come at the same moment. A source that reads a file, leaves somebody out and
 *   writes it back must do one after the other, or two erasures undo each other.
 * - Compare email addresses without regard to letter case; the subject carries them in lower case.
 */
export interface DataSourceDefinition {
  /** Lower case letters, digits and dashes; unique; kept in requests and audits, so it does not change. */
  readonly id: string;
  /** What people call it. */
  readonly title: string;
  readonly holds: readonly Category[];
  /** Personal data is erased in an `origin`. A `copy` is filled from origins, and refreshed after them. */
  readonly kind: "origin" | "copy";
  /** The origins that a copy is filled from. Left out: it waits for every origin of the request. */
  readonly copyOf?: readonly string[];
  /** The identifier types it can find a person by; one of them is enough. Default: `["email"]`. */
  readonly needs?: readonly string[];
  /**
   * Identifier types of which several people may have the same here: a household's `telephone`. One that is named by a
   * request or a sweep leads to nobody before somebody has said whose it is, or answers for it (`verified`). Default: none.
   */
  readonly shares?: readonly string[];
  /**
   * Whom data of this source was disclosed to: they are told what was erased or anonymised here (Art. 19 GDPR), so that
   * they can do the same. Leave out who cannot be told with reasonable effort, and write down why.
   */
  readonly recipients?: readonly Recipient[];
  /** The email address of who erases by hand, for an origin without `erase`. */
  readonly owner?: string;
  /**
   * The tenants that it is of, where that is not all: it is never asked about anybody of another one. Left out: it tells
   * them apart itself, by `tenant`.
   */
  readonly tenants?: readonly string[];
  /**
   * Somebody else runs it: where nobody can look afterwards, that party's word is `accepted`, and not proven. Default: no.
   */
  readonly thirdParty?: boolean;
  /**
   * Whether it only goes along with others: what it holds names people whose data is elsewhere (messages, notes, a log). It
   * is asked in every request and sweep of its categories, and opens none: one that no other source holds can be neither
   * offered nor asked for, because nobody would be asked who holds such data. Default: no.
   */
  readonly goesAlong?: boolean;
  /**
   * Another text whenever what the source would do changes: a plan that was approved for the one before does not
   * count any more, and is put up again. At most 200 characters.
   */
  readonly revision?: string;
  /**
   * Every collection that it may tell of: its name, which is told, and a key that stays when the name is reworded (a
   * table's name). What the law keeps for years is then found again under another name, and one that is gone is noticed
   * before anything is asked. Left out: a collection is known by its name alone, which must then not change.
   */
  readonly collections?: readonly { readonly key: string; readonly name: string }[];

  /** Further identifiers of the same person. Mark each that others may share. */
  identify?(subject: Subject, context: CallContext): Promise<readonly FoundIdentifier[]>;

  /**
   * Further identifiers of several people at once, at most 100, for sweeps. Answers for each, in order, what `identify`
   * would have; those that others may share can be left out, because nobody is asked about them there. Default, and
   * where it throws: `identify` for each.
   */
  identifyMany?(
    subjects: readonly Subject[],
    context: CallContext,
  ): Promise<readonly (readonly FoundIdentifier[])[]>;

  /** Counts what it holds of the person, a collection. Changes nothing. */
  locate?(subject: Subject, context: CallContext): Promise<readonly CollectionCount[]>;

  /**
   * Yields what it holds of the person, page by page, in a stable order. With `context.cursor` it goes on
   * behind the page that carried that cursor. Leave out credentials, tokens and secrets.
   */
  export?(subject: Subject, context: ExportContext): AsyncIterable<ExportPage>;

  /**
   * Erases the person, and says what became of every record, a collection: the counts add up to what was held.
   * A second time it answers `absent`, or `retained` and `kept` again for what stays and is still found. Of each of
   * `context.collections` it says something: what was retained and is not spoken of any more is not taken for absent.
   */
  erase?(subject: Subject, context: CallContext): Promise<readonly CollectionOutcome[]>;

  /**
   * Erases several people at once, for sweeps: at most 100. Answers for each, in order, what `erase` would have. Where
   * it throws, nobody knows who was erased: the library tries again with fewer, in the end one by one. Default: `erase`
   * for each.
   */
  eraseMany?(
    subjects: readonly Subject[],
    context: CallContext,
  ): Promise<readonly (readonly CollectionOutcome[])[]>;

  /** Counts what is left of each, in order, behind `eraseMany`. Default: `verify` or `locate` for each. */
  verifyMany?(
    subjects: readonly Subject[],
    context: CallContext,
  ): Promise<readonly (readonly CollectionCount[])[]>;

  /**
   * Yields everybody it holds in the tenant, each by what they are known by here, page by page, at most 10,000 people a
   * page. For a restored backup: who was erased is recognised, and erased again. Mark each identifier that others may
   * share. Leave nobody out; the same person twice is fine. A value that can be nobody's (an `n/a` for an address, a blank)
   * is left out of the list, and counted.
   */
  identifiers?(context: CallContext): AsyncIterable<PeopleHeld>;

  /** Fills a copy anew from its origins. Resolves when that is finished, not when it is queued. */
  refresh?(context: CallContext): Promise<void>;

  /**
   * Counts what is left of the person after an erasure, what is retained or kept included, where that takes more than
   * `locate` does. Default: `locate`. A source with neither can erase, but the request cannot call itself `completed`.
   */
  verify?(subject: Subject, context: CallContext): Promise<readonly CollectionCount[]>;

  /**
   * Whether `erase`, and `verify` or `locate` behind it, can work inside this transaction of the request store:
   * the same database, by a handle that this source knows. Then the erasure and its record are stored together,
   * exactly once. Asks nobody. Default, and where it throws: no, and `erase` works on its own, safely twice.
   */
  joins?(handle: unknown): boolean;
}

export interface ExportContext extends CallContext {
  /** Where to go on; null to start from the beginning. */
  readonly cursor: string | null;
}

/** Rows as objects, or as JSON that the source has made of them. A source may use both, in one collection too. */
export type ExportPage = RowPage | LinePage;

interface AnyPage {
  readonly collection: string;
  /** Where to go on behind this page. Left out: after a crash the source is read from the beginning. */
  readonly cursor?: string;
}

export interface RowPage extends AnyPage {
  /** At most 10,000 a page: a page is held in memory. */
  readonly rows: readonly Row[];
}

/**
 * Rows that are JSON already, for a source that has very many: they go into the package as they are, and are not
 * looked at before it is made. A page of which the count, the line ends or the UTF-8 are wrong is an
 * `invalid-answer`. A line that is no object, or has a column that is not told, is found when the package is made,
 * which then cannot be (`damaged`).
 */
export interface LinePage extends AnyPage {
  /**
   * JSON lines in UTF-8: each row one object from `{` to `}` with a newline (0x0a) behind it, and none within. Each
   * value as `jsonText` writes it, since the package describes that form. At most 64 MiB (67,108,864 bytes); less is
   * better, as a page is held in memory. They are good until the next page is asked for: a source may write that one
   * into the same memory, and who keeps a page keeps a copy.
   */
  readonly lines: Uint8Array;
  /** How many lines there are. */
  readonly count: number;
  /** Every name in these rows, in order of first appearance, with the kinds of its values. At most 1,000. */
  readonly columns: readonly LineColumn[];
}

export interface LineColumn {
  readonly name: string;
  /** Each kind that occurs; `null` is one. Which kind a value is of, `jsonText` says. */
  readonly kinds: readonly ValueKind[];
}

/** A page of people, each as all of what they are known by. */
export interface PeopleHeld {
  readonly people: readonly (readonly FoundIdentifier[])[];
}

/** Somebody whom personal data was disclosed to (Art. 4(9) GDPR). */
export interface Recipient {
  /** What people call them. */
  readonly title: string;
  /** An email address. */
  readonly address: string;
}

export type Row = Readonly<Record<string, Value>>;

/**
 * What a cell may hold. Numbers with more digits than a `number` keeps are a `bigint`, or the decimal as text;
 * a time in a zone of its own is RFC 3339 text with the offset. Objects are plain, and dates are valid.
 */
export type Value =
  | null
  | undefined
  | string
  | number
  | bigint
  | boolean
  | Date
  | Uint8Array
  | readonly Value[]
  | { readonly [name: string]: Value };

/** What a value is once it is in a package; the package's manifest explains each. */
export type ValueKind =
  | "null"
  | "text"
  | "integer"
  | "number"
  | "boolean"
  | "timestamp"
  | "binary"
  | "list"
  | "object";
