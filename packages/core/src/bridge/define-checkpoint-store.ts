import { z } from "zod";
import { leafSchema, signedCheckpointSchema } from "../audit/checkpoint.ts";
import type { StorageFailed } from "../errors.ts";
import type {
  CheckpointInput,
  CheckpointStoreDefinition,
  StoredCheckpoint,
  StoredLeaf,
  WaitingChain,
} from "../ports/checkpoint-store.ts";
import type { ResultAsync } from "../result.ts";
import { defined } from "./defined.ts";
import { callable, checkAdapter } from "./issues.ts";
import { callStorage } from "./storage.ts";

type Question<Name extends keyof CheckpointStoreDefinition> = Parameters<CheckpointStoreDefinition[Name]>[0];
type Added = Awaited<ReturnType<CheckpointStoreDefinition["add"]>>;

/** A checkpoint store that is safe to use: every answer is checked, and no call throws. */
export interface CheckpointStore {
  tenants(query: Question<"tenants">): ResultAsync<string[], StorageFailed>;
  waiting(query: Question<"waiting">): ResultAsync<WaitingChain[], StorageFailed>;
  newest(query: Question<"newest">): ResultAsync<StoredCheckpoint | undefined, StorageFailed>;
  add(input: CheckpointInput): ResultAsync<Added, StorageFailed>;
  list(query: Question<"list">): ResultAsync<StoredCheckpoint[], StorageFailed>;
  leaves(query: Question<"leaves">): ResultAsync<StoredLeaf[], StorageFailed>;
  leavesOf(query: Question<"leavesOf">): ResultAsync<StoredLeaf[], StorageFailed>;
}

const operations = z.strictObject({
  tenants: callable,
  waiting: callable,
  newest: callable,
  add: callable,
  list: callable,
  leaves: callable,
  leavesOf: callable,
});

const storedCheckpointSchema = signedCheckpointSchema.extend({ peaks: z.array(z.string()) });
const storedLeafSchema = leafSchema.extend({
  index: z.number().int().nonnegative(),
  checkpoint: z.number().int().positive(),
});
const waitingSchema = z.object({ of: z.enum(["request", "sweep"]), chain: z.string() });
const tenantsSchema = z.array(z.string());
const chainsSchema = z.array(waitingSchema);
const newestSchema = storedCheckpointSchema.optional();
const checkpointsSchema = z.array(storedCheckpointSchema);
const leavesSchema = z.array(storedLeafSchema);
const addedSchema = z.union([
  z.object({ outcome: z.literal("stored") }),
  z.object({ outcome: z.literal("taken") }),
]);

/**
 * Makes what an author wrote safe to use.
 *
 * @throws ConfigurationMistake where an operation is missing
 */
export const defineCheckpointStore = (definition: CheckpointStoreDefinition): CheckpointStore => {
  checkAdapter("checkpoint store", operations, definition);
  const port = "checkpoint-store";
  // What was tampered with must come through, to be named. So only what belongs to the question is looked at.
  return defined("checkpoint store", {
    tenants: (query) =>
      callStorage(port, "tenants", () => definition.tenants(query), tenantsSchema, areDifferent),
    waiting: (query) =>
      callStorage(
        port,
        "waiting",
        () => definition.waiting(query),
        chainsSchema,
        (chains) => areDifferent(chains.map(({ of, chain }) => `${of} ${chain}`)),
      ),
    newest: (query) => callStorage(port, "newest", () => definition.newest(query), newestSchema),
    add: (input) => callStorage(port, "add", () => definition.add(input), addedSchema),
    list: (query) =>
      callStorage(
        port,
        "list",
        () => definition.list(query),
        checkpointsSchema,
        (found) => areRising([query.after, ...found.map(({ checkpoint }) => checkpoint.number)]),
      ),
    leaves: (query) =>
      callStorage(
        port,
        "leaves",
        () => definition.leaves(query),
        leavesSchema,
        (found) => areRising([query.from - 1, ...found.map(({ index }) => index)]),
      ),
    leavesOf: (query) =>
      callStorage(
        port,
        "leavesOf",
        () => definition.leavesOf(query),
        leavesSchema,
        (found) =>
          areRising([-1, ...found.map(({ index }) => index)]) &&
          found.every(({ chain }) => chain === query.chain),
      ),
  });
};

const areDifferent = (all: readonly string[]): boolean => new Set(all).size === all.length;

const areRising = (numbers: readonly number[]): boolean =>
  numbers.every((each, index) => index === 0 || each > (numbers[index - 1] ?? 0));
