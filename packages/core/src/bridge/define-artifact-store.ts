import { z } from "zod";
import type { StorageFailed } from "../errors.ts";
import type { ArtifactStoreDefinition } from "../ports/artifact-store.ts";
import type { ResultAsync } from "../result.ts";
import { defined } from "./defined.ts";
import { callable, checkAdapter } from "./issues.ts";
import { callStorage, tellStorage } from "./storage.ts";

type Question<Operation extends keyof ArtifactStoreDefinition> = Parameters<
  ArtifactStoreDefinition[Operation]
>[0];

/** An artifact store that is safe to use: every answer is checked, and no call throws. */
export interface ArtifactStore {
  write(chunk: Question<"write">): ResultAsync<void, StorageFailed>;
  read(key: Question<"read">): ResultAsync<Uint8Array | undefined, StorageFailed>;
  remove(key: Question<"remove">): ResultAsync<void, StorageFailed>;
  sweep(query: Question<"sweep">): ResultAsync<number, StorageFailed>;
}

const bytesSchema = z.instanceof(Uint8Array<ArrayBufferLike>).optional();
const countSchema = z.number().int().nonnegative();

const operations = z.strictObject({ write: callable, read: callable, remove: callable, sweep: callable });

/**
 * Makes what an author wrote safe to use.
 *
 * @throws ConfigurationMistake where an operation is missing
 */
export const defineArtifactStore = (definition: ArtifactStoreDefinition): ArtifactStore => {
  checkAdapter("artifact store", operations, definition);
  const port = "artifact-store";
  return defined("artifact store", {
    write: (chunk) => tellStorage(port, "write", () => definition.write(chunk)),
    read: (key) => callStorage(port, "read", () => definition.read(key), bytesSchema),
    remove: (key) => tellStorage(port, "remove", () => definition.remove(key)),
    sweep: (query) => callStorage(port, "sweep", () => definition.sweep(query), countSchema),
  });
};
