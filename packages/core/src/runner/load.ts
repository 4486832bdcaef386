import { type Damaged, KeyDestroyed, RequestNotFound, type StorageFailed } from "../errors.ts";
import type { RequestKey, StoredRequest } from "../ports/request-store.ts";
import type { Request } from "../request/request.ts";
import { err, errAsync, ok, okAsync, type Result, type ResultAsync } from "../result.ts";
import { useRequestKey } from "./keys.ts";
import { fromFound, fromSealed, fromStored } from "./record.ts";
import type { Services } from "./services.ts";
import { stateOf } from "./signed-end.ts";

export type LoadError = RequestNotFound | StorageFailed | KeyDestroyed | Damaged;

/** A request together with the key that opened it. */
export interface Opened {
  readonly request: Request;
  /** Null once it is destroyed. */
  readonly key: Uint8Array | null;
}

/** Reads a request, personal part included as long as its key is there. */
export const load = (services: Services, key: RequestKey): ResultAsync<Opened, LoadError> =>
  services.requestStore
    .read(key)
    .andThen((stored) => (stored === undefined ? errAsync(new RequestNotFound()) : okAsync(stored)))
    .andThen((stored) =>
      stored.sealed === null
        ? openWith(stored, null)
        : useRequestKey(services, key).andThen((secret) => openWith(stored, secret)),
    );

/** Opens what was read, with a key that is at hand already. */
export const openWith = (stored: StoredRequest, key: Uint8Array | null): Result<Opened, Damaged> =>
  stored.sealed === null || key === null
    ? fromStored(stored).map((request) => ({ request, key: null }))
    : fromSealed(stored, key).map((request) => ({ request, key }));

/**
 * Reads an open request that is to be ended, for which its key is not needed: without its key it could go nowhere else.
 */
export const loadToEnd = (services: Services, key: RequestKey): ResultAsync<Opened, LoadError> =>
  load(services, key).orElse((error) =>
    error instanceof KeyDestroyed
      ? services.requestStore
          .read(key)
          .andThen(fromFound)
          .andThen((request) =>
            request.phase === "closed"
              ? err(error)
              : ok<Opened, KeyDestroyed>({
                  request: { ...request, key: "destroyed", asRead: stateOf(request) },
                  key: null,
                }),
          )
      : errAsync(error),
  );
