import { keyedHash } from "../crypto.ts";
import { KeyDestroyed, type StorageFailed } from "../errors.ts";
import type { RequestKey } from "../ports/request-store.ts";
import { errAsync, okAsync, type ResultAsync } from "../result.ts";
import type { Identifier } from "../subject/identifier.ts";
import type { Services } from "./services.ts";

type Keys = Pick<Services, "keyRing">;

const nameOf = ({ tenant, id }: RequestKey): string => `request/${tenant}/${id}`;

/** The key of one request: everything personal about it is encrypted under it. */
export const createRequestKey = (
  { keyRing }: Keys,
  request: RequestKey,
): ResultAsync<Uint8Array, StorageFailed | KeyDestroyed> =>
  keyRing.create(nameOf(request)).andThen(() => useRequestKey({ keyRing }, request));

/** Errors: `KeyDestroyed` where it is gone; `StorageFailed` where the key ring could not be asked. */
export const useRequestKey = (
  { keyRing }: Keys,
  request: RequestKey,
): ResultAsync<Uint8Array, StorageFailed | KeyDestroyed> =>
  keyRing
    .use(nameOf(request))
    .andThen((key) =>
      key === undefined ? errAsync(new KeyDestroyed()) : okAsync<Uint8Array, KeyDestroyed>(key),
    );

export const destroyRequestKey = ({ keyRing }: Keys, request: RequestKey): ResultAsync<void, StorageFailed> =>
  keyRing.destroy(nameOf(request));

/**
 * The pseudonyms of identifiers within one tenant: a keyed hash each, so that the same person is recognised
 * without being named. The same identifier has another pseudonym in another tenant.
 */
export const pseudonymsOf = (
  { tenantKeys }: Pick<Services, "tenantKeys">,
  tenant: string,
  identifiers: readonly Identifier[],
): ResultAsync<string[], StorageFailed | KeyDestroyed> =>
  tenantKeys
    .pseudonyms(tenant)
    .map((key) => identifiers.map(({ type, value }) => keyedHash(key, JSON.stringify([type, value]))));
