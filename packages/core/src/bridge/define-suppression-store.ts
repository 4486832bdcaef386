import { z } from "zod";
import type { StorageFailed } from "../errors.ts";
import type {
  Lifted,
  StoredSuppression,
  SuppressionCause,
  SuppressionStoreDefinition,
} from "../ports/suppression-store.ts";
import { categorySchema } from "../request/kinds.ts";
import type { ResultAsync } from "../result.ts";
import { defined } from "./defined.ts";
import { callable, checkAdapter } from "./issues.ts";
import { callStorage, tellStorage } from "./storage.ts";

type Question<Name extends "lift" | "standing" | "list" | "newest" | "rename"> = Parameters<
  SuppressionStoreDefinition[Name]
>[0];

/** Which of the pseudonyms stand in the list, and the highest generation in it. */
export interface Standing {
  readonly pseudonyms: readonly string[];
  readonly generation: number;
}

export interface SuppressionPage {
  readonly suppressions: StoredSuppression[];
  /** What caused those that cannot be read. */
  readonly damaged: readonly string[];
  readonly cursor?: string | undefined;
}

/** A suppression store that is safe to use: every answer is checked, and no call throws. */
export interface SuppressionStore {
  add(suppressions: readonly StoredSuppression[]): ResultAsync<void, StorageFailed>;
  end(cause: SuppressionCause & { readonly at: string }): ResultAsync<void, StorageFailed>;
  withdraw(cause: SuppressionCause & { readonly lifted: Lifted }): ResultAsync<void, StorageFailed>;
  lift(which: Question<"lift">): ResultAsync<number, StorageFailed>;
  standing(query: Question<"standing">): ResultAsync<Standing, StorageFailed>;
  list(query: Question<"list">): ResultAsync<SuppressionPage, StorageFailed>;
  newest(query: Question<"newest">): ResultAsync<string | null, StorageFailed>;
  rename(renamed: Question<"rename">): ResultAsync<void, StorageFailed>;
}

const pseudonymSchema = z.string().regex(/^[0-9a-f]{64}$/);
const instantSchema = z.iso.datetime({ precision: 3 });

const liftedSchema = z.object({ at: instantSchema, by: z.string(), reason: z.string() });

const reasonSchema = z.enum(["request", "retention"]);

/** Whether a suppression is lifted. What nobody can read is no lift: whoever was erased would be taken in again. */
export const isLifted = ({ lifted }: Pick<StoredSuppression, "lifted">): boolean =>
  liftedSchema.safeParse(lifted).success;

/**
 * Whether a suppression stands for what `standing` asks. What nobody can read of one is never a reason to let somebody be
 * taken in: of an unknown category it is of each, of an unknown reason it is for each, and of an unknown end it is not over.
 */
export const standsFor = (
  suppression: StoredSuppression,
  { category, reason, since }: Pick<Question<"standing">, "category" | "reason" | "since">,
): boolean => {
  const { category: of, reason: why, endedAt } = suppression;
  const isOver = since !== undefined && instantSchema.safeParse(endedAt).success && (endedAt ?? "") < since;
  return (
    !isLifted(suppression) &&
    !isOver &&
    (category === undefined || of === category || !categorySchema.safeParse(of).success) &&
    (reason === undefined || why === reason || !reasonSchema.safeParse(why).success)
  );
};

export const storedSuppressionSchema = z.object({
  tenant: z.string(),
  cause: z.string(),
  pseudonym: pseudonymSchema,
  category: categorySchema,
  reason: reasonSchema,
  person: z.string().max(100).optional(),
  numberType: z.string().optional(),
  generation: z.number().int().positive(),
  begunAt: instantSchema,
  endedAt: instantSchema.nullable(),
  lifted: liftedSchema.nullable(),
}) satisfies z.core.$ZodType<StoredSuppression>;

const standingSchema = z.object({
  // Thousands at once: what each is, is known by whether it was asked for.
  pseudonyms: z.custom<readonly string[]>((value) => Array.isArray(value)),
  generation: z.number().int().nonnegative(),
});
// One that cannot be read makes the others no less readable.
const pageSchema = z
  .object({
    suppressions: z.array(
      z.union([
        storedSuppressionSchema,
        z.object({ tenant: z.string(), cause: z.string() }).transform(({ cause }) => cause),
      ]),
    ),
    cursor: z.string().optional(),
  })
  .transform(
    ({ suppressions, cursor }): SuppressionPage => ({
      suppressions: suppressions.filter((each) => typeof each === "object"),
      damaged: suppressions.filter((each) => typeof each === "string"),
      cursor,
    }),
  );
const liftedCountSchema = z.number().int().nonnegative();
const newestSchema = instantSchema.nullable();

const operations = z.strictObject({
  add: callable,
  end: callable,
  withdraw: callable,
  lift: callable,
  standing: callable,
  list: callable,
  newest: callable,
  rename: callable,
});

/**
 * Makes what an author wrote safe to use.
 *
 * @throws ConfigurationMistake where an operation is missing
 */
export const defineSuppressionStore = (definition: SuppressionStoreDefinition): SuppressionStore => {
  checkAdapter("suppression store", operations, definition);
  const port = "suppression-store";
  return defined("suppression store", {
    add: (suppressions) => tellStorage(port, "add", () => definition.add(suppressions)),
    end: (cause) => tellStorage(port, "end", () => definition.end(cause)),
    withdraw: (cause) => tellStorage(port, "withdraw", () => definition.withdraw(cause)),
    lift: (which) => callStorage(port, "lift", () => definition.lift(which), liftedCountSchema),
    standing: (query) =>
      callStorage(
        port,
        "standing",
        () => definition.standing(query),
        standingSchema,
        ({ pseudonyms }) => isAmong(pseudonyms, query.pseudonyms),
      ),
    list: (query) =>
      callStorage(
        port,
        "list",
        () => definition.list(query),
        pageSchema,
        ({ suppressions }) => suppressions.every(({ tenant }) => tenant === query.tenant),
      ),
    newest: (query) => callStorage(port, "newest", () => definition.newest(query), newestSchema),
    rename: (renamed) => tellStorage(port, "rename", () => definition.rename(renamed)),
  });
};

/** Each of them was asked for, and none is there twice. */
const isAmong = (found: readonly string[], asked: readonly string[]): boolean => {
  if (found.length === 0) return true;
  const unasked = new Set(found);
  if (unasked.size < found.length) return false;
  for (const pseudonym of asked) unasked.delete(pseudonym);
  return unasked.size === 0;
};
