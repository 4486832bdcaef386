import type { KeyDestroyed, StorageFailed } from "../errors.ts";
import type { ResultAsync } from "../result.ts";

/**
 * The keys of a tenant. One is made when it is needed first, and never a second time while something that was made with
 * it is still needed: nobody who was recognised under the first would be under another, and holds, claims and
 * suppressions would be void in silence.
 *
 * Errors: `KeyDestroyed` where the key is lost.
 */
export interface TenantKeys {
  /** By which people and actors are recognised. */
  pseudonyms(tenant: string): ResultAsync<Uint8Array, StorageFailed | KeyDestroyed>;
  /** By which those are who were erased, oldest first: never none. */
  suppressions(tenant: string): ResultAsync<readonly Uint8Array[], StorageFailed | KeyDestroyed>;
}
