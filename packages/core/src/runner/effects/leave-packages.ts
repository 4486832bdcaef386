import { confidentialOf } from "../../request/change.ts";
import type { RequestEvent } from "../../request/events.ts";
import { confirmedAt, ownNumbers } from "../erased-before.ts";
import { leavePackages } from "../leave-packages.ts";
import type { Effect } from "./effect.ts";

/** Leaves earlier packages to the person alone, or ends them. @throws StorageFailed */
export const leaveEarlierPackages = async ({ services, request }: Effect): Promise<RequestEvent> => {
  const { identifiers } = confidentialOf(request);
  // By what others may have too, packages of others would be found.
  const names = request.pseudonyms.filter((_, index) => identifiers[index]?.shared !== true);
  const person = { names, numbers: ownNumbers(request), at: confirmedAt(request) };
  const [packages = []] = await leavePackages(services, request, [person]);
  return { type: "packages-left", names: request.pseudonyms.length, packages };
};
