import type { Identifier } from "../subject/identifier.ts";

/** The addresses on record. They are looked up each time, and never stored. */
export interface AddressBookDefinition {
  /** The registered tenant administrator. */
  tenantAdmin(query: { readonly tenant: string }): Promise<string | undefined> | string | undefined;
  /** Who looks after a source that turned to `warning`. Is told nothing personal. */
  support(query: { readonly tenant: string }): Promise<string | undefined> | string | undefined;
  /** Who is told that a plan waits for approval. Is told nothing personal. Default: `support`. */
  approver?(query: { readonly tenant: string }): Promise<string | undefined> | string | undefined;
  /**
   * The person's own address on record, where they acknowledge for themselves. Default: the email address
   * that the request names. Whoever sent the request has no say in this. Without it, sources are asked from a day after the
   * confirmation whether that address is the person's still; with it, it has the last word.
   */
  dataSubject?(query: {
    readonly tenant: string;
    /**
     * In lower case. For a user who is known by their id: the address that the user directory has, or had last. Where this is
     * the answer, the letter goes to the address as it was given.
     */
    readonly email: string;
    /** Everything the person is known by: a stable id finds them under whatever address they have by now. */
    readonly identifiers: readonly Identifier[];
  }): Promise<string | undefined> | string | undefined;
}
