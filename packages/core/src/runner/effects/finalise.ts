import type { RequestEvent } from "../../request/events.ts";
import { orThrow } from "../../result.ts";
import { destroyRequestKey } from "../keys.ts";
import { endSuppressions } from "../suppressing.ts";
import type { Effect } from "./effect.ts";

/**
 * Deletes what was kept for the request, and destroys its key: from here on nobody can read who it was about.
 *
 * @throws StorageFailed
 */
export const finalise = async ({ services, request }: Effect): Promise<RequestEvent> => {
  orThrow(await services.artifactStore.remove({ tenant: request.tenant, requestId: request.id }));
  orThrow(await endSuppressions(services, request));
  orThrow(await destroyRequestKey(services, request));
  return { type: "finalised" };
};
