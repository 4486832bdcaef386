import type { StorageFailed } from "../errors.ts";
import type { Instant } from "../instant.ts";
import type { StoredRequest } from "../ports/request-store.ts";
import { areOfTwo, isAhead, isInLine, placeOf } from "../request/line.ts";
import type { Request } from "../request/request.ts";
import type { ResultAsync } from "../result.ts";
import { fromStored } from "./record.ts";
import type { Services } from "./services.ts";

/**
 * The other requests of a person that are acknowledged and open, in the order in which they run; not those of somebody else
 * who has had the same address. One that cannot be read stands in nobody's way: where it stands is not known, and the lists
 * name it.
 */
export const lineOf = (
  services: Pick<Services, "requestStore">,
  request: Pick<Request, "tenant" | "id" | "numbers">,
  pseudonyms: readonly string[],
): ResultAsync<Request[], StorageFailed> =>
  othersUnder(services, request, pseudonyms).map((all) => all.filter((each) => !areOfTwo(each, request)));

/** Those of whoever goes by one of these names, or did, in the same order. */
export const othersUnder = (
  { requestStore }: Pick<Services, "requestStore">,
  { tenant, id }: Pick<Request, "tenant" | "id">,
  pseudonyms: readonly string[],
): ResultAsync<Request[], StorageFailed> =>
  requestStore
    .findAbout({ tenant, pseudonyms })
    .map((found) => inLine(found).filter((request) => request.id !== id));

/** Those of the requests that stand in line, in their order. */
export const inLine = (found: readonly StoredRequest[]): Request[] =>
  found
    .filter(({ open }) => open)
    .flatMap((stored) =>
      fromStored(stored).match(
        (request) => (isInLine(request) ? [request] : []),
        () => [],
      ),
    )
    .sort((one, other) => (isAhead(one, other) ? -1 : 1));

/** The last place that is taken; null where nobody is in line. */
export const lastPlaceOf = (line: readonly Request[]): Instant | null => {
  const last = line.at(-1);
  return last === undefined ? null : placeOf(last);
};
