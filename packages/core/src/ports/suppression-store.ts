import type { Category } from "../request/kinds.ts";
import type { Numbers } from "../subject/numbers.ts";

/**
 * Keeps suppressions: who was erased, and is not to be taken in again. Some pseudonyms are of nobody: they mark whose erasure was
 * called off after it had been opened again. This is what an author writes;
 * `defineSuppressionStore` makes it safe to use. Persons are known by pseudonyms only, of 64 hexadecimal digits. Every
 * key and every query carries the tenant. A suppression is one of its tenant, pseudonym, category and cause.
 */
export interface SuppressionStoreDefinition {
  /**
   * Stores all of them or none; one that is there already stays as it is, but that it is lifted where the one that is added
   * is, and over where that one is, the later of two ends: a copy of the list knows of more than a backup that was restored.
   * Where it cannot be read whether it is lifted, the one that is added says so.
   */
  add(suppressions: readonly StoredSuppression[]): Promise<void>;

  /** Says when what caused them was over. */
  end(cause: SuppressionCause & { readonly at: string }): Promise<void>;

  /**
   * Lifts those of a cause that came to nothing, but for those that are lifted already. They stay listed: were they
   * deleted, an older copy of the list would bring them back.
   */
  withdraw(cause: SuppressionCause & { readonly lifted: Lifted }): Promise<void>;

  /**
   * Lifts those with one of these pseudonyms, and in this category, if one is given; and with each of them whatever else
   * the same cause put there for the same person: all of a request, and of a sweep those with the same `person`. So on
   * with the pseudonyms of these, but for whoever is known by another number: `liftedWith` says which of the standing ones
   * it is. One of which nobody can read whether it is lifted is lifted with them. Answers how many it was; all of it or
   * nothing.
   */
  lift(which: {
    readonly tenant: string;
    readonly pseudonyms: readonly string[];
    /** Those of the pseudonyms that say for good who somebody is, by type of identifier. Left out: none does. */
    readonly numbers?: Numbers | undefined;
    readonly category?: Category | undefined;
    readonly lifted: Lifted;
  }): Promise<number>;

  /**
   * Which of these pseudonyms stand in the list and are not lifted: in any category, or in this one; for any reason, or
   * for this one; of causes that were not over before `since`, if it is given. What cannot be read of one (`standsFor`) is
   * never a reason to let somebody be taken in. Each at most once, in any order. It sees everything whose `add` has ended.
   */
  standing(query: {
    readonly tenant: string;
    /** At most 20,000. */
    readonly pseudonyms: readonly string[];
    readonly category?: Category | undefined;
    readonly reason?: SuppressionReason | undefined;
    readonly since?: string | undefined;
  }): Promise<{
    readonly pseudonyms: readonly string[];
    /** The highest generation in the tenant's list, lifted ones included; 0 where the list is empty. */
    readonly generation: number;
  }>;

  /** The tenant's list in a stable order, lifted ones included; `below` leaves out this generation and those above. */
  list(query: {
    readonly tenant: string;
    readonly below?: number | undefined;
    readonly cursor?: string | undefined;
    readonly limit: number;
  }): Promise<{ suppressions: StoredSuppression[]; cursor?: string | undefined }>;

  /** The newest `begunAt` or `endedAt` in the tenant's list; null where it is empty. */
  newest(query: { readonly tenant: string }): Promise<string | null>;

  /** Puts each suppression under another pseudonym, of this generation; one that is there already stays as it is. */
  rename(
    renamed: readonly {
      readonly from: StoredSuppression;
      readonly to: string;
      readonly generation: number;
    }[],
  ): Promise<void>;
}

export interface SuppressionCause {
  readonly tenant: string;
  /** The id of a request or of a sweep; of a mark of a request, with something before it. */
  readonly cause: string;
}

/**
 * - `request`: the person was erased on request, and is not to be taken in again.
 * - `retention`: the storage period was over. The person may come again; only a backup must not bring them back.
 */
export type SuppressionReason = "request" | "retention";

/** Who has lifted it, and why; of a cause that came to nothing the library itself, with the outcome of the request. A row that the library lifted as `called-off` says so of the rest of a request that was opened again. */
export interface Lifted {
  readonly at: string;
  readonly by: string;
  readonly reason: string;
}

export interface StoredSuppression extends SuppressionCause {
  readonly pseudonym: string;
  readonly category: Category;
  readonly reason: SuppressionReason;
  /**
   * Where the cause is a sweep: those of one person in it have the same, which says nothing of who it is. Left out: the
   * cause is about one person, or it was stored before this was kept.
   */
  readonly person?: string | undefined;
  /**
   * The type of the identifier where it says for good who somebody is, `customer-number`. Left out: it is an address, or it
   * was stored before this was kept.
   */
  readonly numberType?: string | undefined;
  /** How many keys the pseudonym was made with. */
  readonly generation: number;
  readonly begunAt: string;
  /** Null until the request or the sweep is over. */
  readonly endedAt: string | null;
  readonly lifted: Lifted | null;
}
