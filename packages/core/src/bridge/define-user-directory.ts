import { z } from "zod";
import type { StorageFailed } from "../errors.ts";
import type { ApplicationUser, UserDirectoryDefinition, WantedUsers } from "../ports/user-directory.ts";
import { okAsync, type ResultAsync } from "../result.ts";
import { mailboxSchema, normaliseEmail } from "../subject/identifier.ts";
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
  /**
   * Those who have one of these ids, or one of these addresses. Of a row whose id is not to be read, nothing tells whose it
   * is but its address: it is found by `addresses` too, and where it has none either, in any case.
   */
  find(
    query: WantedUsers & { readonly addresses?: readonly string[] },
  ): ResultAsync<readonly ListedUser[], StorageFailed>;
}

/** Somebody who is listed, whether their row fits or not. */
export interface ListedUser {
  /** Null where it is no text, and nobody can be told from others by it. */
  readonly id: string | null;
  /** Null where the list has none that mail can be sent to. */
  readonly email: string | null;
}

const userSchema = z.object({
  id: z.string().min(1),
  email: mailboxSchema,
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

const whatToAnswer =
  "`list` answers `{ users }`, with a `cursor` where there are more: write `{ users: […] }`";

// A guest without an address, an account of a program: one row that does not fit must not hide all the others.
const pageSchema = z
  .object({ users: z.array(z.unknown()).max(1_000), cursor: z.string().optional() }, whatToAnswer)
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

/** A row as far as it tells whose it is. A number is compared as text, and is no id: `7` and `"7"` are two keys to others. */
interface ReadRow {
  readonly user: ListedUser;
  readonly asText: string | null;
}

const rowSchema = z
  .object({ id: z.unknown(), email: mailboxSchema.nullable().catch(null) })
  .catch({ id: null, email: null })
  .transform(({ id, email }): ReadRow => {
    const isText = typeof id === "string" && id !== "";
    const isNumber = typeof id === "number" || typeof id === "bigint";
    return { user: { id: isText ? id : null, email }, asText: isText || isNumber ? String(id) : null };
  });

const rowsSchema = z.array(rowSchema);

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
      const { tenant, ids, emails } = wanted;
      const asked = { tenant, ids, emails };
      if (ids.length + emails.length === 0) return okAsync([]);
      return definition.find === undefined
        ? callStorage(port, "list", () => readAll(definition, wanted), rowsSchema).map(usersOf)
        : callStorage(port, "find", () => definition.find?.(asked), rowsSchema).map((rows) =>
            // What it found by an id that cannot be read is somebody of these.
            usersOf(rows.filter((row) => row.user.id === null || isWanted(row, wanted))),
          );
    },
  });
};

const port = "user-directory";

const usersOf = (rows: readonly ReadRow[]): ListedUser[] => rows.map(({ user }) => user);

const rawPageSchema = z.object(
  { users: z.array(z.unknown()).max(1_000), cursor: z.string().optional() },
  whatToAnswer,
);

/** The rows as they are: whose row does not fit is listed all the same. */
const readAll = async (definition: UserDirectoryDefinition, wanted: Wanted): Promise<unknown[]> => {
  const found: unknown[] = [];
  let cursor: string | undefined;
  do {
    const page = rawPageSchema.parse(await definition.list({ tenant: wanted.tenant, cursor }));
    found.push(...page.users.filter((row) => isWanted(rowSchema.parse(row), wanted)));
    cursor = page.cursor;
  } while (cursor !== undefined);
  return found;
};

type Wanted = Parameters<UserDirectory["find"]>[0];

const isWanted = ({ user: { id, email }, asText }: ReadRow, { ids, emails, addresses }: Wanted): boolean => {
  if (asText !== null && ids.includes(asText)) return true;
  const by = id === null ? [...emails, ...(addresses ?? [])] : emails;
  return email === null ? asText === null : by.includes(normaliseEmail(email));
};
