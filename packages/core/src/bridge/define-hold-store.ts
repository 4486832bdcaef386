import { z } from "zod";
import type { StorageFailed } from "../errors.ts";
import type { HoldKey, HoldStoreDefinition, StoredHold } from "../ports/hold-store.ts";
import type { JsonObject } from "../ports/request-store.ts";
import type { ResultAsync } from "../result.ts";
import { defined } from "./defined.ts";
import { callable, checkAdapter } from "./issues.ts";
import { nobodyKnowsWhen } from "./readable.ts";
import { callStorage } from "./storage.ts";

type Question<Name extends "list" | "standing"> = Parameters<HoldStoreDefinition[Name]>[0];

/** A hold store that is safe to use: every answer is checked, and no call throws. */
export interface HoldStore {
  put(hold: StoredHold): ResultAsync<{ outcome: "stored" | "changed" }, StorageFailed>;
  read(key: HoldKey): ResultAsync<StoredHold | undefined, StorageFailed>;
  list(
    query: Question<"list">,
  ): ResultAsync<{ holds: StoredHold[]; cursor?: string | undefined }, StorageFailed>;
  standing(query: Question<"standing">): ResultAsync<(string | null)[], StorageFailed>;
}

const holdSchema = z.object({
  tenant: z.string(),
  id: z.string(),
  version: z.number().int().positive(),
  pseudonyms: z.array(z.string()),
  placedAt: z.iso.datetime({ precision: 3 }),
  until: z.iso.date().nullable(),
  open: z.boolean(),
  state: z.custom<JsonObject>(
    (value) => typeof value === "object" && value !== null && !Array.isArray(value),
  ),
}) satisfies z.core.$ZodType<StoredHold>;

/** One that cannot be read makes no other unreadable, and stands all the same; by its version it can be lifted. */
const standIn = z.object({
  tenant: z.string(),
  id: z.string(),
  version: holdSchema.shape.version.catch(1),
  pseudonyms: holdSchema.shape.pseudonyms.catch([]),
  placedAt: holdSchema.shape.placedAt.catch(nobodyKnowsWhen),
  until: holdSchema.shape.until.catch(null),
  open: holdSchema.shape.open.catch(true),
  state: z.unknown().transform((): JsonObject => ({})),
});

const readableHoldSchema: z.ZodType<StoredHold> = z.union([holdSchema, standIn]);

const readSchema = readableHoldSchema.optional();
const answerSchema = z.object({ outcome: z.enum(["stored", "changed"]) });
const pageSchema = z.object({ holds: z.array(readableHoldSchema), cursor: z.string().optional() });
const standingSchema = z.array(z.string().nullable());

const operations = z.strictObject({ put: callable, read: callable, list: callable, standing: callable });

/**
 * Makes what an author wrote safe to use.
 *
 * @throws ConfigurationMistake where an operation is missing
 */
export const defineHoldStore = (definition: HoldStoreDefinition): HoldStore => {
  checkAdapter("hold store", operations, definition);
  const port = "hold-store";
  return defined("hold store", {
    put: (hold) => callStorage(port, "put", () => definition.put(hold), answerSchema),
    read: (key) =>
      callStorage(
        port,
        "read",
        () => definition.read(key),
        readSchema,
        (hold) => hold === undefined || (hold.tenant === key.tenant && hold.id === key.id),
      ),
    list: (query) =>
      callStorage(
        port,
        "list",
        () => definition.list(query),
        pageSchema,
        ({ holds }) => holds.every(({ tenant }) => tenant === query.tenant),
      ),
    standing: (query) =>
      callStorage(
        port,
        "standing",
        () => definition.standing(query),
        standingSchema,
        (answers) => answers.length === query.people.length,
      ),
  });
};
