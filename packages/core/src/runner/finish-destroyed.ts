import { KeyDestroyed } from "../errors.ts";
import type { RequestKey } from "../ports/request-store.ts";
import { systemActorId } from "../request/actor.ts";
import { orThrow } from "../result.ts";
import { commitClosed } from "./commit-closed.ts";
import { fromStored } from "./record.ts";
import type { Services } from "./services.ts";

/**
 * Where a process died, or still is, between destroying the key of a closed request and storing that: stores it now.
 *
 * @throws KeyDestroyed where the request is open, and cannot go on without its key; StorageFailed, Damaged
 */
export const finishDestroyed = async (services: Services, key: RequestKey): Promise<null> => {
  const stored = orThrow(await services.requestStore.read(key));
  if (stored === undefined || stored.open) throw new KeyDestroyed();
  const request = orThrow(fromStored(stored));
  // Another process was faster.
  if (request.key === "destroyed") return null;
  await commitClosed(services, stored, { type: "finalised" }, systemActorId);
  return null;
};
