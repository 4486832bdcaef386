import { z } from "zod";
import type { StorageFailed } from "../errors.ts";
import type { SourceStatusStoreDefinition, StoredSourceStatus } from "../ports/source-status-store.ts";
import { problemCodes } from "../request/problems.ts";
import { sourceStatuses } from "../request/steps.ts";
import type { ResultAsync } from "../result.ts";
import { defined } from "./defined.ts";
import { callable, checkAdapter } from "./issues.ts";
import { nobodyKnowsWhen } from "./readable.ts";
import { callStorage, tellStorage } from "./storage.ts";

/** A source status store that is safe to use: every answer is checked, and no call throws. */
export interface SourceStatusStore {
  put(status: StoredSourceStatus): ResultAsync<void, StorageFailed>;
  list(query: { readonly tenant: string }): ResultAsync<StoredSourceStatus[], StorageFailed>;
}

const storedSchema = z.object({
  tenant: z.string(),
  source: z.string(),
  status: z.enum(sourceStatuses),
  problem: z.enum(problemCodes).nullable(),
  at: z.iso.datetime({ precision: 3 }),
  refreshedAt: z.iso.datetime({ precision: 3 }).nullable(),
}) satisfies z.core.$ZodType<StoredSourceStatus>;

// Of one that cannot be read it is not known how it went: the page says that something is wrong, until it is written anew.
const statusesSchema = z.array(
  z.union([
    storedSchema,
    z.object({ tenant: z.string(), source: z.string() }).transform(
      ({ tenant, source }): StoredSourceStatus => ({
        tenant,
        source,
        status: "warning",
        problem: "invalid-answer",
        at: nobodyKnowsWhen,
        refreshedAt: null,
      }),
    ),
  ]),
);

const operations = z.strictObject({ put: callable, list: callable });

/**
 * Makes what an author wrote safe to use.
 *
 * @throws ConfigurationMistake where an operation is missing
 */
export const defineSourceStatusStore = (definition: SourceStatusStoreDefinition): SourceStatusStore => {
  checkAdapter("source status store", operations, definition);
  const port = "source-status-store";
  return defined("source status store", {
    put: (status) => tellStorage(port, "put", () => definition.put(status)),
    list: (query) =>
      callStorage(
        port,
        "list",
        () => definition.list(query),
        statusesSchema,
        (statuses) => statuses.every(({ tenant }) => tenant === query.tenant),
      ),
  });
};
