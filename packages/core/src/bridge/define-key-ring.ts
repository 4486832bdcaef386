import { z } from "zod";
import type { StorageFailed } from "../errors.ts";
import type { KeyRingDefinition } from "../ports/key-ring.ts";
import type { ResultAsync } from "../result.ts";
import { defined } from "./defined.ts";
import { callable, checkAdapter } from "./issues.ts";
import { callStorage, tellStorage } from "./storage.ts";

/** Bytes in a key: AES-256 and HMAC-SHA256 both take 256 bits. */
export const keyBytes = 32;

/** A key ring that is safe to use: every answer is checked, and no call throws. */
export interface KeyRing {
  create(name: string): ResultAsync<void, StorageFailed>;
  use(name: string): ResultAsync<Uint8Array | undefined, StorageFailed>;
  rotate(name: string): ResultAsync<void, StorageFailed>;
  useAll(name: string): ResultAsync<readonly Uint8Array[], StorageFailed>;
  destroy(name: string): ResultAsync<void, StorageFailed>;
}

const keySchema = z.instanceof(Uint8Array<ArrayBufferLike>).refine((key) => key.length === keyBytes);
const usedSchema = keySchema.optional();
const keysSchema = z.array(keySchema);

const operations = z.strictObject({
  create: callable,
  use: callable,
  rotate: callable,
  useAll: callable,
  destroy: callable,
});

/**
 * Makes what an author wrote safe to use.
 *
 * @throws ConfigurationMistake where an operation is missing
 */
export const defineKeyRing = (definition: KeyRingDefinition): KeyRing => {
  checkAdapter("key ring", operations, definition);
  const port = "key-ring";
  return defined("key ring", {
    create: (name) => tellStorage(port, "create", () => definition.create(name)),
    use: (name) => callStorage(port, "use", () => definition.use(name), usedSchema),
    rotate: (name) => tellStorage(port, "rotate", () => definition.rotate(name)),
    useAll: (name) => callStorage(port, "use-all", () => definition.useAll(name), keysSchema),
    destroy: (name) => tellStorage(port, "destroy", () => definition.destroy(name)),
  });
};
