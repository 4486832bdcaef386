import { z } from "zod";
import type { StorageFailed } from "../errors.ts";
import type { KeyRingDefinition } from "../ports/key-ring.ts";
import type { ResultAsync } from "../result.ts";
import { callable, checkDefinition } from "./issues.ts";
import { callStorage } from "./storage.ts";

/** Bytes in a key: AES-256 and HMAC-SHA256 both take 256 bits. */
export const keyBytes = 32;

/** A key ring that is safe to use: every answer is checked, and no call throws. */
export interface KeyRing {
  create(name: string): ResultAsync<void, StorageFailed>;
  use(name: string): ResultAsync<Uint8Array | undefined, StorageFailed>;
  destroy(name: string): ResultAsync<void, StorageFailed>;
}

/**
 * Makes what an author wrote safe to use.
 *
 * @throws ConfigurationMistake where an operation is missing
 */
export const defineKeyRing = (definition: KeyRingDefinition): KeyRing => {
  checkDefinition("key ring", z.object({ create: callable, use: callable, destroy: callable }), definition);
  const port = "key-ring";
  return {
    create: (name) => callStorage(port, "create", async () => void (await definition.create(name)), z.void()),
    use: (name) =>
      callStorage(
        port,
        "use",
        () => definition.use(name),
        z
          .instanceof(Uint8Array<ArrayBufferLike>)
          .refine((key) => key.length === keyBytes)
          .optional(),
      ),
    destroy: (name) =>
      callStorage(port, "destroy", async () => void (await definition.destroy(name)), z.void()),
  };
};
