import { z } from "zod";
import type { CallFailed } from "../errors.ts";
import { orThrow, type ResultAsync } from "../result.ts";
import { type FoundIdentifier, normaliseEmail } from "../subject/identifier.ts";
import type { Subject } from "../subject/subject.ts";
import { type Call, callAdapter } from "./call.ts";
import type { DataSource } from "./define-data-source.ts";
import type { ListedUser, UserDirectory } from "./define-user-directory.ts";

const directorySourceId = "user-directory";

/** The identifier type under which a source of user data finds a user by the key of the application. */
export const userIdType = "user-id";

const usersSchema = z.array(z.custom<ListedUser>());

/**
 * The user directory as requests about users ask it: who this is, before anything is done, and whether they are still
 * listed, before the end. By their ids where one is known: an address may be another person's by now.
 */
export const directorySource = (directory: UserDirectory): DataSource => {
  const find = (subject: Subject, call: Call): ResultAsync<ListedUser[], CallFailed> => {
    const ids = subject.values(userIdType);
    const emails = ids.length > 0 ? [] : subject.values("email");
    const asking = async () => orThrow(await directory.find({ tenant: call.tenant, ids, emails }));
    return callAdapter(directorySourceId, call, asking, usersSchema);
  };
  return {
    descriptor: {
      id: directorySourceId,
      title: "The list of users",
      holds: [],
      kind: "origin",
      copyOf: null,
      abilities: {
        identify: true,
        locate: false,
        export: false,
        erase: false,
        refresh: false,
        verify: true,
      },
      directory: true,
    },
    needs: [userIdType, "email"],
    owner: null,
    recipients: [],
    revision: null,
    identify: (subject, call) => find(subject, call).map(namesOf),
    identifyMany: null,
    locate: null,
    erase: null,
    remaining: (subject, call) =>
      find(subject, call).map((users) => [{ collection: "users", count: users.length }]),
    eraseMany: null,
    remainingMany: null,
    refresh: null,
    export: null,
    identifiers: null,
    joins: null,
  };
};

/** Several users of one name are a household, or a team: whose it is, is for somebody to decide. */
const namesOf = (users: readonly ListedUser[]): FoundIdentifier[] => {
  const shared = users.length > 1;
  return users.flatMap(({ id, email }) => [
    { type: userIdType, value: id, shared },
    ...(email === null ? [] : [{ type: "email", value: normaliseEmail(email), shared }]),
  ]);
};
