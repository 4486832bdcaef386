import type { Instant } from "../instant.ts";
import type { CallContext } from "./call.ts";

/** Has export packages encrypted (AES-256, a ZIP that 7-Zip opens), each with a secret of its own. */
export interface PackageEncryption {
  /**
   * Takes the secret to whoever gets the package, by another way than the package: a text message, a letter, a page
   * behind a sign-in. Never by the mailbox that the package, or the link to it, is sent to.
   *
   * - Resolve when it is accepted for delivery. Throw when it is not: it is tried again, for as long as it takes.
   *   Throw `PermanentFailure` where that cannot help. The request is not closed before this has resolved.
   * - It may be called again after a crash, with the same `id` and the same secret.
   * - Do not log the secret. Here it is stored only until this has resolved, encrypted under the request's key.
   */
  carrySecret(carried: CarriedSecret, context: CallContext): Promise<void>;
}

export interface CarriedSecret {
  /** The same for every try, unique over all tenants, and holding nothing personal. */
  readonly id: string;
  /** The reference that stands in the message with the package. */
  readonly requestId: string;
  /** Who gets the package: the tenant's administrator, or the person it is about. */
  readonly recipient: "tenant-admin" | "data-subject";
  /** The email address that the request named: whose data it is. */
  readonly subject: string;
  /** Seven groups of four letters and digits, with dashes between them: they belong to it. */
  readonly secret: string;
  /** Until when the package can be fetched. */
  readonly expiresAt: Instant;
}
