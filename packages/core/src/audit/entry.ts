import type { Instant } from "../instant.ts";
import type { RecordedActor } from "../request/actor.ts";

/**
 * One line of a request's audit: who did what, when, and with which outcome. It stays after the person is
 * erased, so nothing in it is personal: codes, counts, the developer's own names, and the reasons and notes that people have
 * typed, which are refused where they name somebody.
 */
export interface AuditEntry {
  readonly tenant: string;
  readonly requestId: string;
  /** From 1, without gaps. */
  readonly sequence: number;
  readonly at: Instant;
  /** A pseudonym, `system`, or `address-on-record`; in entries of before pseudonyms, an opaque id. */
  readonly actor: string;
  readonly action: string;
  readonly source: string | null;
  readonly detail: Readonly<Record<string, string | number | boolean | null>>;
  /**
   * SHA-256, in hex, over everything above and the hash of the entry before: whoever changes, leaves out or adds an entry
   * breaks the chain from there on.
   */
  readonly hash: string;
}

/** What a decision adds to the audit; the tenant, the request and the number are filled in when it is stored. */
export type AuditDraft = Pick<AuditEntry, "at" | "action" | "source" | "detail"> & {
  readonly actor: RecordedActor;
};
