/**
 * The application's own users, for the Permissions page. Requests about users ask it too: a user is found by their id,
 * whatever address they have by then, and no erasure is `completed` while they are still listed.
 */
export interface UserDirectoryDefinition {
  /**
   * One page of users; `cursor` is from the page before. At most 1,000 a page. Of a row that does not fit (an address that
   * is none, no id) the page says so; the others are there.
   */
  list(query: {
    readonly tenant: string;
    readonly cursor?: string | undefined;
  }): Promise<{ readonly users: readonly ApplicationUser[]; readonly cursor?: string | undefined }>;
  /**
   * Those who have one of these ids, or one of these addresses (in lower case). Give it where there are many users.
   * Default: the whole list is read.
   */
  find?(query: WantedUsers): Promise<readonly ApplicationUser[]>;
}

export interface WantedUsers {
  readonly tenant: string;
  readonly ids: readonly string[];
  readonly emails: readonly string[];
}

export interface ApplicationUser {
  /** The same key that an `Actor` of this person carries. */
  readonly id: string;
  readonly email: string;
  readonly name?: string | undefined;
  readonly roles: readonly string[];
  /** Whether this user could still administer the application if all others were gone. */
  readonly administrator: boolean;
}
