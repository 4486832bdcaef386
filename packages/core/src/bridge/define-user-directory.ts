import { z } from "zod";
import type { StorageFailed } from "../errors.ts";
import type { ApplicationUser, UserDirectoryDefinition, WantedUsers } from "../ports/user-directory.ts";
import { okAsync, orThrow, type ResultAsync } from "../result.ts";
import { emailSchema, normaliseEmail } from "../subject/identifier.ts";
import { defined } from "./defined.ts";
import { callable, checkAdapter, issuesIn } from "./issues.ts";
import { callStorage } from "./storage.ts";

/** One page of the application's users. */
export interface UserPage {
  readonly users: readonly ApplicationUser[];
  /** Those of this page that cannot be removed here, because their row does not fit. */
  readonly unfit: readonly UnfitUser[];
  readonly cursor?: string | undefined;
}

/** A row of the directory that is not of the documented shape, as far as it can be shown. */
export interface UnfitUser {
  readonly id: string | null;
  readonly email: string | null;
  readonly name: string | null;
  /** What does not fit, for people: `email: this is not an email address`. */
  readonly why: string;
}

/** A user directory that is safe to use: every answer is checked, and no call throws. */
export interface UserDirectory {
  list(query: {
    readonly tenant: string;
    readonly cursor?: string | undefined;
  }): ResultAsync<UserPage, StorageFailed>;
  /** Those who have one of these ids, or one of these addresses. */
  find(query: WantedUsers): ResultAsync<readonly ListedUser[], StorageFailed>;
}

/** Somebody who is listed, whether their row fits or not. */
export interface ListedUser {
  readonly id: string;
  /** Null where the list has none that mail can be sent to. */
  readonly email: string | null;
}

const userSchema = z.object({
  id: z.string().min(1),
  email: emailSchema,
  name: z.string().optional(),
  roles: z.array(z.string()),
  administrator: z.boolean(),
});

const shownSchema = z
  .object({
    id: z.string().nullable().catch(null),
    email: z.string().nullable().catch(null),
    name: z.string().nullable().catch(null),
  })
  .catch({ id: null, email: null, name: null });

// A guest without an address, an account of a program: one row that does not fit must not hide all the others.
const pageSchema = z
  .object({ users: z.array(z.unknown()).max(1_000), cursor: z.string().optional() })
  .transform(({ users: rows, cursor }): UserPage => {
    const users: ApplicationUser[] = [];
    const unfit: UnfitUser[] = [];
    for (const row of rows) {
      const { success, data, error } = userSchema.safeParse(row);
      if (success) users.push(data);
      else unfit.push({ ...shownSchema.parse(row), why: issuesIn(error) });
    }
    return { users, unfit, cursor };
  });

const listedSchema = z.array(z.object({ id: z.string().min(1), email: emailSchema.nullable().catch(null) }));

const operations = z.strictObject({ list: callable, find: callable.optional() });

/**
 * Makes what an author wrote safe to use.
 *
 * @throws ConfigurationMistake where `list` is missing
 */
export const defineUserDirectory = (definition: UserDirectoryDefinition): UserDirectory => {
  checkAdapter("user directory", operations, definition);
  const list: UserDirectory["list"] = (query) =>
    callStorage(port, "list", () => definition.list(query), pageSchema);
  return defined("user directory", {
    list,
    find: (wanted) => {
      if (wanted.ids.length + wanted.emails.length === 0) return okAsync([]);
      return definition.find === undefined
        ? callStorage(port, "list", () => readAll(list, wanted), listedSchema)
        : callStorage(port, "find", () => definition.find?.(wanted), listedSchema).map((users) =>
            users.filter((user) => isWanted(user, wanted)),
          );
    },
  });
};

const port = "user-directory";

const readAll = async (list: UserDirectory["list"], wanted: WantedUsers): Promise<ListedUser[]> => {
  const found: ListedUser[] = [];
  let cursor: string | undefined;
  do {
    const page = orThrow(await list({ tenant: wanted.tenant, cursor }));
    // Whose row does not fit is listed all the same.
    const unfit = page.unfit.flatMap(({ id, email }) => (id === null ? [] : [{ id, email }]));
    found.push(...[...page.users, ...unfit].filter((user) => isWanted(user, wanted)));
    cursor = page.cursor;
  } while (cursor !== undefined);
  return found;
};

const isWanted = ({ id, email }: ListedUser, { ids, emails }: WantedUsers): boolean =>
  ids.includes(id) || (email !== null && emails.includes(normaliseEmail(email)));
