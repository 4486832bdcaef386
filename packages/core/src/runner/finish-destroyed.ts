import { KeyDestroyed } from "../errors.ts";
import { instant } from "../instant.ts";
import type { RequestKey } from "../ports/request-store.ts";
import { systemActorId } from "../request/actor.ts";
import { orThrow } from "../result.ts";
import { decide } from "../workflows/decide.ts";
import { audited } from "./commit.ts";
import { fromStored, toStored } from "./record.ts";
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
  const at = instant(services.clock.now());
  const decided = orThrow(decide(request, { type: "finalised", actor: systemActorId, at }, services.rules));
  const { request: next, entries } = audited(services, decided.request, decided.entries);
  orThrow(
    await services.requestStore.commit({
      request: toStored(next, null, services.rules, services.randomness),
      expectedVersion: stored.version,
      entries,
    }),
  );
  return null;
};
