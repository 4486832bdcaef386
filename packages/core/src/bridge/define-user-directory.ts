import { z } from "zod";
import type { StorageFailed } from "../errors.ts";
import type { ApplicationUser, UserDirectoryDefinition } from "../ports/user-directory.ts";
import type { ResultAsync } from "../result.ts";
import { emailSchema } from "../subject/identifier.ts";
import { defined } from "./defined.ts";
import { callable, checkOperations } from "./issues.ts";
import { callStorage } from "./storage.ts";

/** One page of the application's users. */
export interface UserPage {
  readonly users: readonly ApplicationUser[];
  readonly cursor?: string | undefined;
}

/** A user directory that is safe to use: every answer is checked, and no call throws. */
export interface UserDirectory {
  list(query: {
    readonly tenant: string;
    readonly cursor?: string | undefined;
  }): ResultAsync<UserPage, StorageFailed>;
}

const pageSchema = z.object({
  users: z
    .array(
      z.object({
        id: z.string().min(1),
        email: emailSchema,
        name: z.string().optional(),
        roles: z.array(z.string()),
        administrator: z.boolean(),
      }),
    )
    .max(1_000),
  cursor: z.string().optional(),
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
