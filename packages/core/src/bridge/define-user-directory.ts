import { z } from "zod";
import type { StorageFailed } from "../errors.ts";
import type { ApplicationUser, UserDirectoryDefinition } from "../ports/user-directory.ts";
import type { ResultAsync } from "../result.ts";
import { emailSchema } from "../subject/identifier.ts";
import { defined } from "./defined.ts";
import { callable, checkOperations, issuesIn } from "./issues.ts";
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

/**
 * Makes what an author wrote safe to use.
 *
 * @throws ConfigurationMistake where `list` is missing
 */
export const defineUserDirectory = (definition: UserDirectoryDefinition): UserDirectory => {
  checkOperations("user directory", { list: callable }, definition);
  return defined("user directory", {
    list: (query) => callStorage("user-directory", "list", () => definition.list(query), pageSchema),
  });
};
