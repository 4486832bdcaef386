import { type RecordedActor, systemActorId } from "../request/actor.ts";
import type { RequestEvent } from "../request/events.ts";
import type { Request } from "../request/request.ts";
import { orThrow } from "../result.ts";
import { applyAll } from "./apply.ts";
import type { Services } from "./services.ts";

/**
 * Lets something happen to one request of several. What is wrong with that one alone shows there, and must not keep the
 * rest waiting.
 *
 * @returns false where the request has moved on, or cannot be worked on at all
 * @throws StorageFailed; ChangedMeanwhile
 */
export const tellOther = async (
  services: Services,
  { tenant, id }: Pick<Request, "tenant" | "id">,
  event: RequestEvent,
  actor: RecordedActor = systemActorId,
): Promise<boolean> => {
  const others = { ...services, requestStore: services.otherRequests };
  const told = await applyAll(others, { tenant, id }, [event], actor);
  if (told.isOk()) return told.value.refusals.every((refusal) => refusal === null);
  if (told.error.code === "storage-failed" || told.error.code === "changed-meanwhile") orThrow(told);
  return false;
};
