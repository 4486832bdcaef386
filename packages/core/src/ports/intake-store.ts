import type { JsonObject } from "./request-store.ts";

/**
 * Keeps what the intake of mail has to remember: which mails it took already, those that wait for a person, and whom it
 * answered today. This is what an author writes; `defineIntakeStore` makes it safe to use. Mails and people are known by
 * keyed hashes of 64 hexadecimal digits; what a mail says is encrypted. Every key and every query carries the tenant,
 * but for the one that looks for what is over.
 */
export interface IntakeStoreDefinition {
  /**
   * The mail as it is recorded. One that nobody has seen is recorded with `at`; of two at the same moment one is, and
   * both answer the same.
   */
  see(mail: MailKey & { readonly at: string }): Promise<SeenMail>;

  /**
   * Records what became of a mail that was seen, and with it, both or neither, what waits for a person.
   * - `concluded`, and nothing is stored, where it is recorded already; of two at the same moment one is stored. Else
   * - `full`, and nothing is stored, where `most` mails of the tenant wait, and this would be one more.
   */
  conclude(conclusion: MailConclusion): Promise<{ outcome: "stored" | "concluded" | "full" }>;

  /** True, and it is counted, where fewer than `most` answers were counted for this recipient on this day. */
  countAnswer(answer: {
    readonly tenant: string;
    readonly recipient: string;
    /** `YYYY-MM-DD`. */
    readonly day: string;
    readonly most: number;
  }): Promise<boolean>;

  /** A mail that waits; undefined where the tenant has none of this id. Throws where it could not be asked. */
  read(key: WaitingKey): Promise<WaitingMail | undefined>;

  /** Those that wait, the one that waits longest first. `cursor` is from the page before. */
  list(query: {
    readonly tenant: string;
    readonly cursor?: string | undefined;
    readonly limit: number;
  }): Promise<{ mails: WaitingMail[]; cursor?: string | undefined }>;

  /** Deletes a mail that waits; false where the tenant has none of this id. */
  remove(key: WaitingKey): Promise<boolean>;

  /** Mails of all tenants that wait since before `before`, the one that waits longest first. */
  overdue(query: { readonly before: string; readonly limit: number }): Promise<WaitingKey[]>;

  /** Forgets mails that were seen before `before` and have a conclusion, and answers counted on an earlier day. */
  forget(query: { readonly before: string }): Promise<void>;
}

export interface MailKey {
  readonly tenant: string;
  readonly fingerprint: string;
}

export interface SeenMail {
  /** When it was seen first. */
  readonly at: string;
  /** What became of it, as JSON; null until that is known. Nothing personal. */
  readonly conclusion: JsonObject | null;
}

export interface MailConclusion extends MailKey {
  readonly conclusion: JsonObject;
  /** Null where nothing waits for a person. */
  readonly waiting: WaitingMail | null;
  readonly most: number;
}

export interface WaitingKey {
  readonly tenant: string;
  readonly id: string;
}

/** A mail that waits for a person. */
export interface WaitingMail extends WaitingKey {
  readonly since: string;
  /** A code. Nothing personal. */
  readonly reason: string;
  /** The request that it is about, where that is known. */
  readonly requestId: string | null;
  /** What it says, encrypted. */
  readonly sealed: string;
}
