import {
  type DataSource,
  defineDataSource,
  type FoundIdentifier,
  type Subject,
  subjectOf,
} from "@subject-rights/core";
import { countIn, eraseFrom, type FileCollection, pagesFrom, recordsOf } from "../files/file-collection.ts";
import { jsonLinesFile } from "../files/json-lines-file.ts";
import { filesOf } from "../files-of.ts";

/** The application's own users: their permissions and what they set up. */
export const usersSource = (folder: string): DataSource => {
  const users: FileCollection = {
    collection: "users",
    file: jsonLinesFile(filesOf(folder).users),
    names: { user: "user-id", email: "email" },
    // Credentials are not handed out to anybody.
    show: ({ password_hash: _, ...row }) => row,
  };
  const preferences: FileCollection = {
    collection: "preferences",
    file: jsonLinesFile(filesOf(folder).preferences),
    names: { user: "user-id" },
  };
  // The user is what leads to the preferences, and so goes last.
  const collections = [preferences, users];
  const userIds = async (subject: Subject, signal: AbortSignal) => {
    const found: FoundIdentifier[] = [];
    for await (const { user } of recordsOf(users, subject, signal)) {
      found.push({ type: "user-id", value: String(user) });
    }
    return found;
  };
  const withUserIds = async (subject: Subject, signal: AbortSignal) =>
    subjectOf([...subject.identifiers, ...(await userIds(subject, signal))]);
  return defineDataSource({
    id: "users",
    title: "Application users",
    holds: ["user-data"],
    kind: "origin",
    needs: ["email", "user-id"],

    identify: (subject, { signal }) => userIds(subject, signal),
    locate: async (subject, context) =>
      countIn(collections, await withUserIds(subject, context.signal), context),
    async *export(subject, context) {
      yield* pagesFrom(collections, await withUserIds(subject, context.signal), context);
    },
    erase: async (subject, context) =>
      eraseFrom(collections, await withUserIds(subject, context.signal), context),
  });
};
