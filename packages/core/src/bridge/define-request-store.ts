import { z } from "zod";
import type { AuditEntry } from "../audit/entry.ts";
import type { StorageFailed } from "../errors.ts";
import type {
  CommitAnswer,
  CommitInput,
  DueRequest,
  InsertAnswer,
  InsertInput,
  JsonObject,
  RequestKey,
  RequestStoreDefinition,
  StandingCount,
  StoredRequest,
  StoreTransaction,
} from "../ports/request-store.ts";
import { categorySchema, requestKindSchema } from "../request/kinds.ts";
import type { ResultAsync } from "../result.ts";
import { auditEntriesSchema } from "./audit-entries.ts";
import { defined } from "./defined.ts";
import { callable, checkAdapter } from "./issues.ts";
import { nobodyKnowsWhen, readable } from "./readable.ts";
import { callStorage } from "./storage.ts";
import { type Operations, type Transact, transacting } from "./transaction.ts";

type Operation = Exclude<keyof RequestStoreDefinition, "transaction" | "standing">;
type Answer<Name extends Operation> = Awaited<ReturnType<RequestStoreDefinition[Name]>>;
type Question<Name extends Operation> = Parameters<RequestStoreDefinition[Name]>[0];

/** A request store that is safe to use: every answer is checked, and no call throws. */
export interface RequestStore {
  insert(input: InsertInput): ResultAsync<InsertAnswer, StorageFailed>;
  read(key: RequestKey): ResultAsync<StoredRequest | undefined, StorageFailed>;
  readByTokenHash(tokenHash: string): ResultAsync<StoredRequest | undefined, StorageFailed>;
  findAbout(query: Question<"findAbout">): ResultAsync<StoredRequest[], StorageFailed>;
  commit(input: CommitInput): ResultAsync<CommitAnswer, StorageFailed>;
  list(query: Question<"list">): ResultAsync<Answer<"list">, StorageFailed>;
  due(query: Question<"due">): ResultAsync<DueRequest[], StorageFailed>;
  audit(key: RequestKey): ResultAsync<AuditEntry[], StorageFailed>;
  /** Null for a store that cannot say. */
  readonly standing: (() => ResultAsync<(StandingCount | RequestKey)[], StorageFailed>) | null;
  /**
   * Stores everything in `work` together, once it answers a value; undoes everything where it answers an error,
   * and answers the same. Null for a store that has no transactions to work in.
   */
  readonly transaction: Transact | null;
}

const instantSchema = z.iso.datetime({ precision: 3 });
const stateSchema = z.custom<JsonObject>(
  (value) => typeof value === "object" && value !== null && !Array.isArray(value),
  "must be an object",
);

const standingsSchema = z.array(z.object({ for: z.string(), since: instantSchema }));

/** Whether they say what a request stands at. Somebody may have changed them in the store. */
export const areStandings = (standings: unknown): boolean => standingsSchema.safeParse(standings).success;

const storedRequestSchema = z.object({
  tenant: z.string(),
  id: z.string(),
  version: z.number().int().positive(),
  kind: requestKindSchema,
  category: categorySchema,
  receivedAt: instantSchema,
  open: z.boolean(),
  duplicateKey: z.string(),
  claims: z.array(z.string()),
  about: z.array(z.string()),
  tokenHashes: z.array(z.string()),
  standings: standingsSchema.optional(),
  wakeAt: instantSchema.nullable(),
  state: stateSchema,
  sealed: z.string().nullable(),
}) satisfies z.core.$ZodType<StoredRequest>;

const requestSchema = readable<StoredRequest>(storedRequestSchema, ({ tenant, id }) => ({
  tenant,
  id,
  version: 1,
  kind: "erasure",
  category: "customer-data",
  receivedAt: nobodyKnowsWhen,
  open: true,
  duplicateKey: "",
  claims: [],
  about: [],
  tokenHashes: [],
  wakeAt: null,
  state: {},
  sealed: null,
}));

const readSchema = requestSchema.optional();
const byTokenSchema = storedRequestSchema.optional();
// One that cannot be read is about nobody, and can be fetched by nobody either.
const aboutSchema = z.array(requestSchema);

const insertAnswerSchema = z.discriminatedUnion("outcome", [
  z.object({ outcome: z.literal("stored") }),
  z.object({ outcome: z.literal("duplicate"), requestId: z.string() }),
]);

const commitAnswerSchema = z.discriminatedUnion("outcome", [
  z.object({ outcome: z.literal("committed") }),
  z.object({ outcome: z.literal("changed") }),
  z.object({ outcome: z.literal("claimed"), by: z.string() }),
]);

const listAnswerSchema = z.object({
  requests: z.array(requestSchema),
  cursor: z.string().optional(),
});

// Whom nobody knows when to wake is not woken; the list names it.
const dueAnswerSchema = z
  .array(
    z.union([
      z.object({ tenant: z.string(), id: z.string(), wakeAt: instantSchema }),
      z.object({ tenant: z.string(), id: z.string() }).transform(() => null),
    ]),
  )
  .transform((all) => all.filter((each) => each !== null));

const standingSchema = z.array(
  z.union([
    z.object({ for: z.string(), count: z.number().int().positive(), oldest: instantSchema }),
    z.strictObject({ tenant: z.string(), id: z.string() }),
  ]),
);

const operations = z.strictObject({
  insert: callable,
  read: callable,
  readByTokenHash: callable,
  findAbout: callable,
  commit: callable,
  list: callable,
  due: callable,
  standing: callable.optional(),
  audit: callable,
  transaction: callable.optional(),
});

const port = "request-store";

/** What a store and a transaction of it have in common. */
const operationsOf = (definition: Omit<StoreTransaction, "handle">): Operations => ({
  read: (key) =>
    callStorage(
      port,
      "read",
      () => definition.read(key),
      readSchema,
      (found) => found === undefined || (found.tenant === key.tenant && found.id === key.id),
    ),
  insert: (input) => callStorage(port, "insert", () => definition.insert(input), insertAnswerSchema),
  commit: (input) => callStorage(port, "commit", () => definition.commit(input), commitAnswerSchema),
});

/**
 * Makes what an author wrote safe to use.
 *
 * @throws ConfigurationMistake where an operation is missing
 */
export const defineRequestStore = (definition: RequestStoreDefinition): RequestStore => {
  checkAdapter("request store", operations, definition);
  // A store that mixes up tenants or requests must be caught here: behind this line nobody looks again.
  return defined("request store", {
    ...operationsOf(definition),
    readByTokenHash: (tokenHash) =>
      callStorage(
        port,
        "readByTokenHash",
        () => definition.readByTokenHash(tokenHash),
        byTokenSchema,
        (found) => found === undefined || found.tokenHashes.includes(tokenHash),
      ),
    findAbout: (query) =>
      callStorage(
        port,
        "findAbout",
        () => definition.findAbout(query),
        aboutSchema,
        (requests) =>
          requests.every(
            ({ tenant, about }) =>
              tenant === query.tenant &&
              (about.length === 0 || about.some((each) => query.pseudonyms.includes(each))),
          ),
      ),
    list: (query) =>
      callStorage(
        port,
        "list",
        () => definition.list(query),
        listAnswerSchema,
        ({ requests }) => requests.every(({ tenant }) => tenant === query.tenant),
      ),
    due: (query) => callStorage(port, "due", () => definition.due(query), dueAnswerSchema),
    audit: (key) =>
      callStorage(
        port,
        "audit",
        () => definition.audit(key),
        auditEntriesSchema,
        (entries) => entries.every((entry) => entry.tenant === key.tenant && entry.requestId === key.id),
      ),
    standing:
      typeof definition.standing === "function"
        ? () => callStorage(port, "standing", async () => definition.standing?.(), standingSchema)
        : null,
    transaction: typeof definition.transaction === "function" ? transacting(definition, operationsOf) : null,
  });
};
