import type { RequestEvent } from "../../request/events.ts";
import { leavePackages } from "../leave-packages.ts";
import type { Effect } from "./effect.ts";

/** Leaves earlier packages to the person alone, or ends them. @throws StorageFailed */
export const leaveEarlierPackages = async ({ services, request }: Effect): Promise<RequestEvent> => {
  const { pseudonyms } = request;
  const [packages = []] = await leavePackages(services, request, [pseudonyms]);
  return { type: "packages-left", names: pseudonyms.length, packages };
};
