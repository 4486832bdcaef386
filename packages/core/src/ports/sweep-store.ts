import type { AuditEntry } from "../audit/entry.ts";
import type { Category } from "../request/kinds.ts";
import type { JsonObject } from "./request-store.ts";

/**
 * Keeps sweeps: erasures of many people that nobody asked for one by one. This is what an author writes;
 * `defineSweepStore` makes it safe to use.
 *
 * It works on the same data as the request store: claims that it takes keep requests away, and the other way
 * round. It looks into no sweep: `state` and `sealed` are opaque. Every key and every query carries the tenant.
 */
export interface SweepStoreDefinition {
  /** Stores a new sweep (version 1). An id that the tenant has already, as a sweep or a request, is a mistake: throws. */
  insert(input: { readonly sweep: StoredSweep; readonly entries: readonly AuditEntry[] }): Promise<void>;

  /** The sweep; undefined where the tenant has none of this id. Throws where it could not be asked. */
  read(key: SweepKey): Promise<StoredSweep | undefined>;

  /** Newest first. `cursor` is from the page before. */
  list(query: {
    readonly tenant: string;
    readonly cursor?: string | undefined;
    readonly limit: number;
  }): Promise<{ sweeps: StoredSweep[]; cursor?: string | undefined }>;

  /**
   * Parts of one kind with a number above `after`, in order of their numbers; without a kind, of any, also of one that newer
   * code has stored.
   */
  parts(
    query: SweepKey & {
      readonly kind?: SweepPartKind | undefined;
      readonly after: number;
      readonly limit: number;
    },
  ): Promise<StoredSweepPart[]>;

  /**
   * Every part of any sweep of the tenant that has one of these pseudonyms in its `about`, each once, in any order. They are
   * few: those of one person, or of a batch.
   */
  findAbout(query: {
    readonly tenant: string;
    readonly pseudonyms: readonly string[];
  }): Promise<FoundSweepPart[]>;

  /** Audit entries of the sweep with a sequence above `after`, in order. */
  audit(query: SweepKey & { readonly after: number; readonly limit: number }): Promise<AuditEntry[]>;

  /** Takes claims for people, and keeps them until they are released. */
  hold(input: HoldInput): Promise<(string | null)[]>;

  /** Gives back every claim that the sweep holds. There being none is fine. */
  release(key: SweepKey): Promise<void>;

  /** Replaces a sweep, and everything else that a commit says: all of it or nothing. */
  commit(input: SweepCommit): Promise<SweepCommitAnswer>;

  /**
   * Everything in `work` is stored together or not at all, as in `transaction` of the request store; sources join
   * by the same handle. Left out: sources work on their own, safely twice.
   */
  transaction?<Value>(work: (transaction: SweepStoreTransaction) => Promise<Value>): Promise<Value>;
}

/** One transaction of the sweep store. Whoever uses it, or its handle, after its end gets an error. */
export interface SweepStoreTransaction {
  readonly handle: unknown;
  hold(input: HoldInput): Promise<(string | null)[]>;
  commit(input: SweepCommit): Promise<SweepCommitAnswer>;
}

/**
 * For each person, in order, the answer is null where the sweep now holds all of their claims, and otherwise the id
 * of a request or a sweep that holds one. Claims of one sweep do not keep it from itself.
 */
export interface HoldInput {
  readonly tenant: string;
  readonly sweepId: string;
  /** The claims of each person. */
  readonly people: readonly (readonly string[])[];
}

export interface SweepCommit {
  /** With the next version. */
  readonly sweep: StoredSweep;
  readonly expectedVersion: number;
  readonly entries: readonly AuditEntry[];
  readonly add: readonly StoredSweepPart[];
  /** Numbers of parts, to be deleted. */
  readonly remove: readonly number[];
  /** Claims that the sweep gives back. */
  readonly release: readonly string[];
}

/** `changed`: the stored version is not `expectedVersion`, or there is no such sweep; nothing was stored. */
export type SweepCommitAnswer = { outcome: "committed" } | { outcome: "changed" };

export interface SweepKey {
  readonly tenant: string;
  readonly id: string;
}

export interface StoredSweep extends SweepKey {
  readonly version: number;
  readonly category: Category;
  readonly startedAt: string;
  /** The sweep as JSON, but for what is in `sealed`. Nothing personal. */
  readonly state: JsonObject;
  /** Where it goes on, encrypted; null where nothing is to go on. */
  readonly sealed: string | null;
}

/**
 * - `left-behind`: one person that was not erased.
 * - `waiting`: people who are erased in the origins, and whose copies are still to be refreshed.
 * - `counted`: who was dealt with since the last cursor was stored.
 * - `begun`: one person whom a source may have begun to erase, until it is stored what became of them.
 * - `stayed`: what sources keep of one person, for whoever erases them again or hands out a copy. It lasts.
 */
export type SweepPartKind = "left-behind" | "waiting" | "counted" | "begun" | "stayed";

/** What a sweep keeps beside its record. */
export interface StoredSweepPart {
  /** From 1; never used twice within a sweep. */
  readonly number: number;
  readonly kind: SweepPartKind;
  /** Nothing personal. */
  readonly info: JsonObject;
  /** What is personal, encrypted; null where nothing is. */
  readonly sealed: string | null;
  /** Pseudonyms by which `findAbout` finds it. Left out where there are none. */
  readonly about?: readonly string[] | undefined;
}

/** A part, and the sweep that it stands beside. */
export interface FoundSweepPart extends StoredSweepPart {
  readonly sweepId: string;
}
