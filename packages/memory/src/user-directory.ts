import { type ApplicationUser, defineUserDirectory, type UserDirectory } from "@subject-rights/core";

/** A user of the application, with the tenant it belongs to. */
export interface MemoryUser extends ApplicationUser {
  readonly tenant: string;
}

const usersPerPage = 1_000;

/**
 * The users in a list. The list is looked at anew each time: take a user out of it, and the directory has none.
 */
export const memoryUserDirectory = (users: Iterable<MemoryUser>): UserDirectory =>
  defineUserDirectory({
    async list({ tenant, cursor }) {
      const found = [...users]
        .filter((user) => user.tenant === tenant && (cursor === undefined || user.id > cursor))
        .sort((one, other) => (one.id < other.id ? -1 : 1));
      const page = found.slice(0, usersPerPage).map(({ tenant: _, ...user }) => structuredClone(user));
      return { users: page, cursor: found.length > usersPerPage ? page.at(-1)?.id : undefined };
    },
  });
