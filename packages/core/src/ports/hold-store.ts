import type { JsonObject } from "./request-store.ts";

/**
 * Keeps holds: orders that nothing of a person may be erased for the time being. This is what an author writes;
 * `defineHoldStore` makes it safe to use. Persons are known by pseudonyms only. Every key and every query carries the
 * tenant.
 */
export interface HoldStoreDefinition {
  /**
   * Stores a hold in place of the version before it; version 1 is a new one. `changed`, and nothing is stored, where
   * that is not the version that is there.
   */
  put(hold: StoredHold): Promise<{ outcome: "stored" } | { outcome: "changed" }>;

  /** The hold; undefined where the tenant has none of this id. Throws where it could not be asked. */
  read(key: HoldKey): Promise<StoredHold | undefined>;

  /** Newest first. `cursor` is from the page before. */
  list(query: {
    readonly tenant: string;
    /** True for those that were not lifted. Left out: all. */
    readonly open?: boolean | undefined;
    readonly cursor?: string | undefined;
    readonly limit: number;
  }): Promise<{ holds: StoredHold[]; cursor?: string | undefined }>;

  /**
   * For each person, in order, the id of a hold on them that was not lifted, and has no last day before `on`; null where
   * there is none. One pseudonym in common is enough. It sees every hold whose `put` has ended, in a transaction too.
   */
  standing(query: {
    readonly tenant: string;
    /** The pseudonyms of each person. */
    readonly people: readonly (readonly string[])[];
    /** A day, `YYYY-MM-DD`. */
    readonly on: string;
    /**
     * The handle of a transaction of the request store or sweep store, in which something is to be erased right behind
     * the answer: a store in the same database asks in there. Others ask as always.
     */
    readonly transaction?: unknown;
  }): Promise<(string | null)[]>;
}

export interface HoldKey {
  readonly tenant: string;
  readonly id: string;
}

export interface StoredHold extends HoldKey {
  readonly version: number;
  readonly pseudonyms: readonly string[];
  readonly placedAt: string;
  /** The last day on which it stands, `YYYY-MM-DD`; null until it is lifted. */
  readonly until: string | null;
  readonly open: boolean;
  /** Who placed and lifted it, when and why, as JSON. Nothing personal. */
  readonly state: JsonObject;
}
