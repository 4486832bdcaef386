import type { RequestEvent } from "../../request/events.ts";
import { orThrow } from "../../result.ts";
import { holdsOn } from "../holds.ts";
import type { Effect } from "./effect.ts";

/**
 * What happens where a hold stands on the person, under any name that is known; null where none does.
 *
 * @throws StorageFailed where that could not be asked: then nothing is erased
 */
export const heldBy = async ({ services, request }: Effect): Promise<RequestEvent | null> => {
  const [by] = orThrow(await holdsOn(services, request.tenant, [request.pseudonyms]));
  return by ? { type: "held", by } : null;
};

export const lookAtHold = async (effect: Effect): Promise<RequestEvent> =>
  (await heldBy(effect)) ?? { type: "hold-lifted" };
