import { z } from "zod";
import type { AuditEntry } from "../audit/entry.ts";
import { StorageFailed } from "../errors.ts";
import type { JsonObject } from "../ports/request-store.ts";
import type {
  FoundSweepPart,
  HoldInput,
  StoredSweep,
  StoredSweepPart,
  SweepCommit,
  SweepCommitAnswer,
  SweepKey,
  SweepStoreDefinition,
  SweepStoreTransaction,
} from "../ports/sweep-store.ts";
import { categorySchema } from "../request/kinds.ts";
import { err, ok, type Result, ResultAsync } from "../result.ts";
import { auditEntriesSchema } from "./audit-entries.ts";
import { defined } from "./defined.ts";
import { callable, checkAdapter } from "./issues.ts";
import { nobodyKnowsWhen, readable } from "./readable.ts";
import { callStorage, tellStorage } from "./storage.ts";

type Question<Name extends "insert" | "list" | "parts" | "findAbout" | "audit"> = Parameters<
  SweepStoreDefinition[Name]
>[0];

/** A transaction of the sweep store that is safe to use. */
export interface SweepTransaction {
  /** What a source takes to work inside it. */
  readonly handle: unknown;
  hold(input: HoldInput): ResultAsync<(string | null)[], StorageFailed>;
  commit(input: SweepCommit): ResultAsync<SweepCommitAnswer, StorageFailed>;
}

/** Stores everything in `work` together, once it answers a value; undoes everything where it answers an error. */
export type SweepTransact = <Value, Failure>(
  work: (transaction: SweepTransaction) => Promise<Result<Value, Failure>>,
) => ResultAsync<Value, Failure | StorageFailed>;

/** A sweep store that is safe to use: every answer is checked, and no call throws. */
export interface SweepStore {
  insert(input: Question<"insert">): ResultAsync<void, StorageFailed>;
  read(key: SweepKey): ResultAsync<StoredSweep | undefined, StorageFailed>;
  list(
    query: Question<"list">,
  ): ResultAsync<{ sweeps: StoredSweep[]; cursor?: string | undefined }, StorageFailed>;
  parts(query: Question<"parts">): ResultAsync<StoredSweepPart[], StorageFailed>;
  findAbout(query: Question<"findAbout">): ResultAsync<FoundSweepPart[], StorageFailed>;
  audit(query: Question<"audit">): ResultAsync<AuditEntry[], StorageFailed>;
  hold(input: HoldInput): ResultAsync<(string | null)[], StorageFailed>;
  release(key: SweepKey): ResultAsync<void, StorageFailed>;
  commit(input: SweepCommit): ResultAsync<SweepCommitAnswer, StorageFailed>;
  /** Null for a store that has no transactions to work in. */
  readonly transaction: SweepTransact | null;
}

const instantSchema = z.iso.datetime({ precision: 3 });
const objectSchema = z.custom<JsonObject>(
  (value) => typeof value === "object" && value !== null && !Array.isArray(value),
  "must be an object",
);

const storedSweepSchema = z.object({
  tenant: z.string(),
  id: z.string(),
  version: z.number().int().positive(),
  category: categorySchema,
  startedAt: instantSchema,
  state: objectSchema,
  sealed: z.string().nullable(),
}) satisfies z.core.$ZodType<StoredSweep>;

const sweepSchema = readable<StoredSweep>(storedSweepSchema, ({ tenant, id }) => ({
  tenant,
  id,
  version: 1,
  category: "customer-data",
  startedAt: nobodyKnowsWhen,
  state: {},
  sealed: null,
}));

const foundSchema = sweepSchema.optional();

const listSchema = z.object({ sweeps: z.array(sweepSchema), cursor: z.string().optional() });

const kindSchema = z.enum(["left-behind", "waiting", "counted", "begun", "stayed"]);

const partSchema = z.object({
  number: z.number().int().positive(),
  kind: kindSchema,
  info: objectSchema,
  sealed: z.string().nullable(),
  about: z.array(z.string()).optional(),
}) satisfies z.core.$ZodType<StoredSweepPart>;

/**
 * Of a part that is none, or of a kind that this code does not know: its number, and whom it is about. Where nobody knows of
 * which kind it is, it is taken for one that lasts, and whoever needs that names its sweep.
 */
const standIn = z.object({
  number: z.number().int().positive(),
  kind: kindSchema.catch("stayed"),
  info: z.unknown().transform(() => ({})),
  sealed: z.string().nullable().catch(null),
  about: z.array(z.string()).optional().catch([]),
});

const partsSchema = z.array(z.union([partSchema, standIn]));

const sweepId = z.string();
const foundPartsSchema: z.ZodType<FoundSweepPart[]> = z.array(
  z.union([partSchema.extend({ sweepId }), standIn.extend({ sweepId })]),
);

const holdersSchema = z.array(z.string().nullable());

const commitAnswerSchema = z.discriminatedUnion("outcome", [
  z.object({ outcome: z.literal("committed") }),
  z.object({ outcome: z.literal("changed") }),
]);

const operations = z.strictObject({
  insert: callable,
  read: callable,
  list: callable,
  parts: callable,
  findAbout: callable,
  audit: callable,
  hold: callable,
  release: callable,
  commit: callable,
  transaction: callable.optional(),
});

const port = "sweep-store";

/** What a store and a transaction of it have in common. */
const holdAndCommit = (
  definition: Pick<SweepStoreTransaction, "hold" | "commit">,
): Pick<SweepTransaction, "hold" | "commit"> => ({
  hold: (input) =>
    callStorage(
      port,
      "hold",
      () => definition.hold(input),
      holdersSchema,
      (holders) => holders.length === input.people.length,
    ),
  commit: (input) => callStorage(port, "commit", () => definition.commit(input), commitAnswerSchema),
});

/**
 * Makes what an author wrote safe to use.
 *
 * @throws ConfigurationMistake where an operation is missing
 */
export const defineSweepStore = (definition: SweepStoreDefinition): SweepStore => {
  checkAdapter("sweep store", operations, definition);
  const isOf = ({ tenant, id }: SweepKey) => {
    return (found: SweepKey) => found.tenant === tenant && found.id === id;
  };
  return defined("sweep store", {
    ...holdAndCommit(definition),
    insert: (input) => tellStorage(port, "insert", () => definition.insert(input)),
    read: (key) =>
      callStorage(
        port,
        "read",
        () => definition.read(key),
        foundSchema,
        (found) => found === undefined || isOf(key)(found),
      ),
    list: (query) =>
      callStorage(
        port,
        "list",
        () => definition.list(query),
        listSchema,
        ({ sweeps }) => sweeps.every(({ tenant }) => tenant === query.tenant),
      ),
    parts: (query) =>
      callStorage(
        port,
        "parts",
        () => definition.parts(query),
        partsSchema,
        (parts) =>
          parts.every(
            ({ kind, number }) => (query.kind === undefined || kind === query.kind) && number > query.after,
          ),
      ),
    findAbout: (query) =>
      callStorage(
        port,
        "findAbout",
        () => definition.findAbout(query),
        foundPartsSchema,
        (parts) => parts.every(({ about = [] }) => about.some((each) => query.pseudonyms.includes(each))),
      ),
    audit: (query) =>
      callStorage(
        port,
        "audit",
        () => definition.audit(query),
        auditEntriesSchema,
        (entries) => entries.every(({ tenant, requestId: id }) => isOf(query)({ tenant, id })),
      ),
    release: (key) => tellStorage(port, "release", () => definition.release(key)),
    transaction: typeof definition.transaction === "function" ? transacting(definition) : null,
  });
};

/** Thrown through the store, which undoes everything for it. Says nothing: it may end up in a log. */
class Undo extends Error {}

const failed = (cause: unknown): StorageFailed => new StorageFailed(port, "transaction", { cause });

const transacting =
  (definition: Pick<SweepStoreDefinition, "transaction">): SweepTransact =>
  <Value, Failure>(work: (transaction: SweepTransaction) => Promise<Result<Value, Failure>>) => {
    const run = async (): Promise<Result<Value, Failure | StorageFailed>> => {
      // Kept here, and not taken from what the store answers: it hands on what it knows nothing of.
      let done = null as Result<Value, Failure> | null;
      try {
        await definition.transaction?.(async (transaction) => {
          done = null;
          done = await work({ handle: transaction.handle, ...holdAndCommit(transaction) });
          if (done.isErr()) throw new Undo("the transaction is to be undone");
        });
      } catch (thrown) {
        if (done?.isErr()) return err(done.error);
        return err(thrown instanceof StorageFailed ? thrown : failed(thrown));
      }
      // A store that never did the work, or stored what was to be undone, must not look like success.
      return done?.isOk() ? ok(done.value) : err(failed(new Error("the store did not do as it was told")));
    };
    return new ResultAsync(run());
  };
