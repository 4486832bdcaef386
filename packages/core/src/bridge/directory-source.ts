import { z } from "zod";
import type { CallFailed } from "../errors.ts";
import type { CollectionCount } from "../request/outcomes.ts";
import { orThrow, type ResultAsync } from "../result.ts";
import { emailSchema, type FoundIdentifier, normaliseEmail } from "../subject/identifier.ts";
import type { Subject } from "../subject/subject.ts";
import { type Call, callAdapter } from "./call.ts";
import type { BulkAbility, DataSource } from "./define-data-source.ts";
import type { UserDirectory } from "./define-user-directory.ts";
import { sourcePages } from "./source-pages.ts";

const directorySourceId = "user-directory";

/** The identifier type under which a source of user data finds a user by the key of the application. */
export const userIdType = "user-id";

/** Users, of each of whom it is known who that is. */
const usersSchema = z.array(
  z.object({
    id: z.string("write it as text: a key that is a number as `String(id)`"),
    email: z.string().nullable(),
  }),
);

type KnownUser = z.infer<typeof usersSchema>[number];

const peopleSchema = z.object({ people: usersSchema.transform((users) => users.map(namesAlone)) });

/**
 * The user directory as requests about users ask it: who this is, before anything is done, and whether they are still
 * listed, before the end. By their ids where one is known: an address may be another person's by now.
 */
export const directorySource = (directory: UserDirectory): DataSource => {
  const find = (subjects: readonly Subject[], call: Call): ResultAsync<KnownUser[], CallFailed> => {
    const wanted = subjects.map(wantedOf);
    const all = (name: keyof Wanted) => wanted.flatMap((each) => each[name]);
    const { tenant } = call;
    const query = { tenant, ids: all("ids"), emails: all("emails"), addresses: all("addresses") };
    // Who is passed over because their row does not fit would be told that they are gone.
    return callAdapter(
      directorySourceId,
      call,
      async () => orThrow(await directory.find(query)),
      usersSchema,
    );
  };
  const identifyMany: BulkAbility<readonly FoundIdentifier[]> = (subjects, call) =>
    find(subjects, call).map((users) => subjects.map((subject) => namesOf(usersOf(subject, users))));
  const remainingMany: BulkAbility<readonly CollectionCount[]> = (subjects, call) =>
    find(subjects, call).map((users) =>
      subjects.map((subject) => [{ collection: "users", count: usersOf(subject, users).length }]),
    );
  return {
    collections: null,
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
    identify: (subject, call) => identifyMany([subject], call).map(([found]) => found ?? []),
    identifyMany,
    locate: null,
    erase: null,
    remaining: (subject, call) => remainingMany([subject], call).map(([counts]) => counts ?? []),
    eraseMany: null,
    remainingMany,
    refresh: null,
    export: null,
    identifiers: (call) =>
      sourcePages(directorySourceId, call, () => listed(directory, call.tenant), peopleSchema, "identifiers"),
    joins: null,
  };
};

/** By their ids where one is known: an address may be another person's by now. */
interface Wanted {
  readonly ids: readonly string[];
  readonly emails: readonly string[];
  /** Every address, for rows that tell no id. */
  readonly addresses: readonly string[];
}

const wantedOf = (subject: Subject): Wanted => {
  const [ids, addresses] = [subject.values(userIdType), subject.values("email")];
  return { ids, addresses, emails: ids.length > 0 ? [] : addresses };
};

const usersOf = (subject: Subject, users: readonly KnownUser[]): KnownUser[] => {
  const { ids, emails } = wantedOf(subject);
  return users.filter(
    ({ id, email }) => ids.includes(id) || (email !== null && emails.includes(normaliseEmail(email))),
  );
};

async function* listed(directory: UserDirectory, tenant: string) {
  let cursor: string | undefined;
  do {
    const page = orThrow(await directory.list({ tenant, cursor }));
    yield { people: [...page.users, ...page.unfit] };
    cursor = page.cursor;
  } while (cursor !== undefined);
}

const namesAlone = ({ id, email }: KnownUser): FoundIdentifier[] => [
  { type: userIdType, value: id },
  ...(emailSchema.safeParse(email).success ? [{ type: "email", value: normaliseEmail(email ?? "") }] : []),
];

/** Several users of one name are a household, or a team: whose it is, is for somebody to decide. */
const namesOf = (users: readonly KnownUser[]): FoundIdentifier[] => {
  const shared = users.length > 1;
  return users.flatMap(({ id, email }) => [
    { type: userIdType, value: id, shared },
    ...(email === null ? [] : [{ type: "email", value: normaliseEmail(email), shared }]),
  ]);
};
