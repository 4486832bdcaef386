import type { Request } from "../request/request.ts";
import { orThrow } from "../result.ts";
import { fromStored } from "./record.ts";
import type { Services } from "./services.ts";

const pageSize = 100;

/** Every open request of a tenant, page by page. @throws StorageFailed, Damaged */
export const openRequests = (services: Pick<Services, "requestStore">, tenant: string) =>
  everyRequest(services, tenant, true);

/**
 * Every request of a tenant, page by page.
 *
 * @param open left out: open or not
 * @throws StorageFailed, Damaged
 */
export async function* everyRequest(
  { requestStore }: Pick<Services, "requestStore">,
  tenant: string,
  open?: boolean,
): AsyncGenerator<Request, void, undefined> {
  let cursor: string | undefined;
  do {
    const page = orThrow(await requestStore.list({ tenant, open, cursor, limit: pageSize }));
    for (const stored of page.requests) yield orThrow(fromStored(stored));
    cursor = page.cursor;
  } while (cursor !== undefined);
}
