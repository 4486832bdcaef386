import { z } from "zod";
import type { StorageFailed } from "../errors.ts";
import type { SourceStatusStoreDefinition, StoredSourceStatus } from "../ports/source-status-store.ts";
import { problemCodes } from "../request/problems.ts";
import { sourceStatuses } from "../request/steps.ts";
import type { ResultAsync } from "../result.ts";
import { callable, checkDefinition } from "./issues.ts";
import { callStorage } from "./storage.ts";

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
}) satisfies z.ZodType<StoredSourceStatus>;

const statusesSchema = z.array(storedSchema);

/**
 * Makes what an author wrote safe to use.
 *
 * @throws ConfigurationMistake where an operation is missing
 */
export const defineSourceStatusStore = (definition: SourceStatusStoreDefinition): SourceStatusStore => {
  checkDefinition("source status store", z.object({ put: callable, list: callable }), definition);
  const port = "source-status-store";
  return {
    put: (status) => callStorage(port, "put", async () => void (await definition.put(status)), z.void()),
    list: (query) =>
      callStorage(
        port,
        "list",
        () => definition.list(query),
        statusesSchema,
        (statuses) => statuses.every(({ tenant }) => tenant === query.tenant),
      ),
  };
};
