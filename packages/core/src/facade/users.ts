import type { UserDirectory, UserPage } from "../bridge/define-user-directory.ts";
import type { InvalidInput, NotAllowed, StorageFailed } from "../errors.ts";
import type { Actor } from "../request/actor.ts";
import { ResultAsync } from "../result.ts";
import type { FacadeContext } from "./context.ts";
import { pageOf } from "./list-cursor.ts";
import { authorise } from "./policy.ts";
import { type Removal, type RemoveUsersError, removeUsers } from "./remove-users.ts";
import type { Submitted } from "./submit.ts";

export type ListUsersError = InvalidInput | NotAllowed | StorageFailed;
/** The Permissions page as calls. */
export interface Users {
  /** The application's users, one page. */
  list(query: { readonly actor: Actor; readonly cursor?: string }): ResultAsync<UserPage, ListUsersError>;
  /**
   * Removes users: one erasure of user data for each, to be acknowledged like any other. Either all are taken
   * in, or none where one is unknown, is the actor, or is the last administrator.
   *
   * Errors: `UserNotFound`, `RemovingYourself`, `LastAdministrator`, and those of submitting. After
   * `StorageFailed` some may have been taken in; the same call again answers those that are open.
   */
  remove(removal: Removal): ResultAsync<readonly Submitted[], RemoveUsersError>;
}

export const usersOf = (context: FacadeContext, directory: UserDirectory): Users => ({
  list: ({ actor, cursor }) =>
    authorise(context.policy, actor, "list-users").andThen(({ tenant }) =>
      pageOf(["users", tenant], cursor, (from) => directory.list({ tenant, cursor: from })),
    ),

  remove: (removal) =>
    authorise(context.policy, removal.actor, "remove-users").andThen(
      () => new ResultAsync(removeUsers(context, directory, removal)),
    ),
});
