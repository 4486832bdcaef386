import type { RequestEvent } from "../../request/events.ts";
import { heldUnder } from "../../request/request.ts";
import { orThrow } from "../../result.ts";
import { holdsOn } from "../holds.ts";
import type { Effect } from "./effect.ts";

/** Whether a hold still stands on the person, under any name that is known. @throws StorageFailed */
export const lookAtHold = async ({
  services,
  request,
}: Pick<Effect, "services" | "request">): Promise<RequestEvent> => {
  const [by] = orThrow(await holdsOn(services, request.tenant, [heldUnder(request)]));
  return by ? { type: "held", by } : { type: "hold-lifted" };
};
