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
   * that the request names. Whoever sent the request has no say in this.
   */
  dataSubject?(query: {
    readonly tenant: string;
    readonly email: string;
  }): Promise<string | undefined> | string | undefined;
}
