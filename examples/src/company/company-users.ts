import { defineUserDirectory, type UserDirectory } from "@subject-rights/core";
import { jsonLinesFile } from "./files/json-lines-file.ts";
import { filesOf } from "./files-of.ts";

/** The application's users, as the Permissions page lists them: few enough for one page. */
export const companyUsers = (folder: string): UserDirectory =>
  defineUserDirectory({
    async list() {
      const users = [];
      for await (const { row } of jsonLinesFile(filesOf(folder).users).records(
        new AbortController().signal,
      )) {
        users.push({
          id: String(row["user"]),
          email: String(row["email"]),
          name: String(row["name"]),
          roles: row["roles"] as readonly string[],
          administrator: row["administrator"] === true,
        });
      }
      return { users };
    },
  });
