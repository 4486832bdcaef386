import { type DamagedRecord, damagedRecord } from "../bridge/readable.ts";
import { outageClaim } from "../request/outage.ts";
import type { Request } from "../request/request.ts";
import { orThrow, type Result } from "../result.ts";
import { fromStored } from "./record.ts";
import type { Services } from "./services.ts";

const pageSize = 100;

/** Every open request of a tenant, page by page; of one that cannot be read, which it is. @throws StorageFailed */
export const openRequests = (services: Pick<Services, "requestStore">, tenant: string) =>
  everyRequest(services, tenant, true);

/**
 * Every request of a tenant, page by page. One that cannot be read is named in its place, and the others go on.
 *
 * @param open left out: open or not
 * @throws StorageFailed
 */
export async function* everyRequest(
  { requestStore }: Pick<Services, "requestStore">,
  tenant: string,
  open?: boolean,
): AsyncGenerator<Result<Request, DamagedRecord>, void, undefined> {
  let cursor: string | undefined;
  do {
    const page = orThrow(await requestStore.list({ tenant, open, cursor, limit: pageSize }));
    for (const stored of page.requests)
      yield fromStored(stored).mapErr((error) => damagedRecord(stored.id, error));
    cursor = page.cursor;
  } while (cursor !== undefined);
}

/** Those that can be read. Of the others nobody can tell anything, and where requests are listed they are named. */
export async function* readableRequests(
  services: Pick<Services, "requestStore">,
  tenant: string,
  open?: boolean,
): AsyncGenerator<Request, void, undefined> {
  for await (const request of everyRequest(services, tenant, open)) if (request.isOk()) yield request.value;
}

/**
 * Every request of a tenant that may wait for one of these sources: those that are open, and closed ones of which a letter
 * waits for it.
 *
 * @throws StorageFailed
 */
export async function* thoseWaiting(
  services: Pick<Services, "requestStore">,
  tenant: string,
  sources: readonly string[],
): AsyncGenerator<Result<Request, DamagedRecord>, void, undefined> {
  yield* openRequests(services, tenant);
  if (sources.length === 0) return;
  const found = orThrow(
    await services.requestStore.findAbout({ tenant, pseudonyms: sources.map(outageClaim) }),
  );
  for (const stored of found)
    if (!stored.open) yield fromStored(stored).mapErr((error) => damagedRecord(stored.id, error));
}
