import type { AuditEntry } from "../audit/entry.ts";
import type { Instant } from "../instant.ts";
import type { Category, RequestKind } from "../request/kinds.ts";

/**
 * Keeps requests and their audit. This is what an author writes; `defineRequestStore` makes it safe to use.
 *
 * The store looks into no request: what it has to find by is beside the two opaque parts, `state` and `sealed`.
 * Every key and every query carries the tenant, but for the two that are asked before a tenant is known.
 */
export interface RequestStoreDefinition {
  /**
   * Stores a new request (version 1) with its audit entries. Where an open request of the tenant has the same
   * `duplicateKey`, stores nothing and answers which. Of two at the same moment, one is stored. An id that the
   * tenant has already is a mistake: throws, and changes nothing.
   */
  insert(input: InsertInput): Promise<InsertAnswer>;

  /** The request; undefined where the tenant has none of this id. Throws where it could not be asked. */
  read(key: RequestKey): Promise<StoredRequest | undefined>;

  /** The request that has this hash among its `tokenHashes`, of whichever tenant. */
  readByTokenHash(tokenHash: string): Promise<StoredRequest | undefined>;

  /**
   * Every request of the tenant, closed ones too, that has one of these pseudonyms in its `about`, each once, in any
   * order. They are few: the open requests of a person, packages of theirs that can be fetched, letters to them that have
   * not left, letters that wait for one source. It finds what was
   * committed before it is asked, whoever committed it: the order in which the requests of a person run rests on that.
   */
  findAbout(query: {
    readonly tenant: string;
    readonly pseudonyms: readonly string[];
  }): Promise<StoredRequest[]>;

  /**
   * Replaces a request and adds audit entries: both or neither. The change is refused, and nothing is stored,
   * - with `changed`, where the stored version is not `expectedVersion`, or there is no such request; else
   * - with `claimed`, where another request of the tenant holds one of `request.claims`, open or closed.
   * Nothing is left behind of what it replaced: that may be what a person asked to have erased. Of two commits at the same moment over one version, or over one claim, one wins.
   */
  commit(input: CommitInput): Promise<CommitAnswer>;

  /**
   * For a store whose database also holds data of people, or the queue that wakes requests: lets a source, or the
   * dispatcher, work in a transaction of the store, so that what it does and the record of it are one. Everything in `work` is stored together or not at all. It
   * is stored once this resolves, with what `work` resolved to. Where `work` throws, nothing of it is stored, and
   * this throws the same.
   *
   * `work` may be called anew where the store has undone what it did (after a deadlock, say). Other calls to the store may have to wait until it ends, so nothing in it calls the
   * store but through the transaction. Left out: sources work on their own, safely twice.
   */
  transaction?<Value>(work: (transaction: StoreTransaction) => Promise<Value>): Promise<Value>;

  /** Newest first. `cursor` is from the page before. */
  list(query: {
    readonly tenant: string;
    readonly open?: boolean | undefined;
    readonly cursor?: string | undefined;
    readonly limit: number;
  }): Promise<{ requests: StoredRequest[]; cursor?: string | undefined }>;

  /**
   * Requests of all tenants, closed ones too, with `wakeAt` at or before `until`, and later than `after` where that is given;
   * the earliest first.
   */
  due(query: {
    readonly until: Instant;
    readonly after?: Instant | undefined;
    readonly limit: number;
  }): Promise<DueRequest[]>;

  /**
   * How many there are of each word in `standings`, over all requests of all tenants, open and closed; in any order. Is
   * asked by every health check, so it reads nothing else. A request whose `standings` are none (`areStandings`) makes the
   * others no less countable: it is answered by its key, some hundred of these at most. Left out: health says nothing of what
   * requests wait for.
   */
  standing?(): Promise<(StandingCount | RequestKey)[]>;

  /** The audit of one request in order; empty where there is none. */
  audit(key: RequestKey): Promise<AuditEntry[]>;
}

/** One transaction of the request store. Whoever uses it, or its handle, after its end gets an error. */
export interface StoreTransaction {
  /**
   * What a source or a dispatcher takes to work inside this transaction: the client that it runs on, say. The library
   * only hands it on, to their `joins` and to those that answered true. A source that was given up may still be at
   * it when `work` has thrown: then nothing of what it does may reach the database.
   */
  readonly handle: unknown;
  /**
   * Like `read` of the store, and from here to the end of the transaction nobody else changes this request: a
   * commit from elsewhere waits, and then answers `changed`; or it throws.
   */
  read(key: RequestKey): Promise<StoredRequest | undefined>;
  /**
   * Like `insert` of the store, but stored only together with everything else. After `duplicate` the transaction
   * goes on as if this had not been tried.
   */
  insert(input: InsertInput): Promise<InsertAnswer>;
  /**
   * Like `commit` of the store, but stored only together with everything else. After `changed` and `claimed` the
   * transaction goes on as if this commit had not been tried, and may commit something else.
   */
  commit(input: CommitInput): Promise<CommitAnswer>;
}

export interface InsertInput {
  readonly request: StoredRequest;
  readonly entries: readonly AuditEntry[];
}

export type InsertAnswer = { outcome: "stored" } | { outcome: "duplicate"; requestId: string };

export interface CommitInput {
  readonly request: StoredRequest;
  readonly expectedVersion: number;
  readonly entries: readonly AuditEntry[];
}

export type CommitAnswer =
  | { outcome: "committed" }
  | { outcome: "changed" }
  | { outcome: "claimed"; by: string };

export interface RequestKey {
  readonly tenant: string;
  readonly id: string;
}

export interface DueRequest extends RequestKey {
  readonly wakeAt: Instant;
}

/** Something that a request waits for, or that fails again and again: a word, and since when. */
export interface StoredStanding {
  readonly for: string;
  readonly since: Instant;
}

/** How many requests stand at something, and since when the one that has longest. */
export interface StandingCount {
  readonly for: string;
  readonly count: number;
  readonly oldest: Instant;
}

export interface StoredRequest extends RequestKey {
  readonly version: number;
  readonly kind: RequestKind;
  readonly category: Category;
  readonly receivedAt: Instant;
  /** False once it is closed. */
  readonly open: boolean;
  /** The same for two requests that ask the same of the same person. Holds a pseudonym, nothing personal. */
  readonly duplicateKey: string;
  /**
   * Pseudonyms of a person, and names of sources, that no other request of the tenant may hold at the same time. It holds
   * them until it is stored without: a closed one may still look after a source for which a letter of it waits.
   */
  readonly claims: readonly string[];
  /**
   * Pseudonyms by which it is found who it is about: while it is open, as long as a package of theirs can be fetched, or a
   * letter to them has not left, and as long as it has left something of them; and names of sources that a letter of it waits for. Else empty.
   */
  readonly about: readonly string[];
  readonly tokenHashes: readonly string[];
  /** What it stands at and since when, for `standing`: nothing personal. Left out: nothing. */
  readonly standings?: readonly StoredStanding[] | undefined;
  /** When somebody has to look at it next; null where that is for people. */
  readonly wakeAt: Instant | null;
  /** The request as JSON, but for what is in `sealed`. Nothing personal. */
  readonly state: JsonObject;
  /** What is personal, encrypted; null once its key is destroyed. */
  readonly sealed: string | null;
}

export type Json = null | boolean | number | string | readonly Json[] | JsonObject;
export interface JsonObject {
  readonly [name: string]: Json;
}
