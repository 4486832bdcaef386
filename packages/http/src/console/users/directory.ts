import type { Actor, ApplicationUser, ListUsersError, UserPage } from "@subject-rights/core";
import { err, ok, type Result } from "@subject-rights/core";
import type { ConsoleContext } from "../console.ts";

/**
 * One page of the application's users, by its number. The cursors are the application's own and may hold an address,
 * so none of them gets into an address bar: the pages before are walked through instead.
 *
 * @returns null where there are fewer pages
 */
export const usersOnPage = async (
  { rights }: ConsoleContext,
  actor: Actor,
  number: number,
): Promise<Result<UserPage | null, ListUsersError>> => {
  let cursor: string | undefined;
  for (let at = 1; ; at += 1) {
    const listed = await rights.users.list({ actor, ...(cursor !== undefined && { cursor }) });
    if (listed.isErr()) return err(listed.error);
    if (at === number) return ok(listed.value);
    cursor = listed.value.cursor;
    if (cursor === undefined) return ok(null);
  }
};

/** Those of these ids that the application has, in its own order. */
export const usersOfIds = async (
  { rights }: ConsoleContext,
  actor: Actor,
  ids: ReadonlySet<string>,
): Promise<Result<readonly ApplicationUser[], ListUsersError>> => {
  const found: ApplicationUser[] = [];
  let cursor: string | undefined;
  do {
    const listed = await rights.users.list({ actor, ...(cursor !== undefined && { cursor }) });
    if (listed.isErr()) return err(listed.error);
    found.push(...listed.value.users.filter(({ id }) => ids.has(id)));
    cursor = found.length === ids.size ? undefined : listed.value.cursor;
  } while (cursor !== undefined);
  return ok(found);
};
