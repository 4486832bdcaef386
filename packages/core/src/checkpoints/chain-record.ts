import type { ChainHead } from "../audit/chain.ts";
import type { Request } from "../request/request.ts";
import { orThrow } from "../result.ts";
import { fromStored } from "../runner/record.ts";
import type { Services } from "../runner/services.ts";
import { fromStoredSweep } from "../sweeps/stored-sweep.ts";
import type { Sweep } from "../sweeps/sweep.ts";

/** The record of a request or a sweep, whose audit is a chain. */
export interface ChainRecord {
  readonly of: "request" | "sweep";
  readonly head: ChainHead;
  readonly record: Request | Sweep;
}

const recordOf = (of: ChainRecord["of"], record: Request | Sweep): ChainRecord => ({
  of,
  head: { entries: record.audited, hash: record.auditHead },
  record,
});

/**
 * Null where there is no request and no sweep of this id.
 *
 * @throws StorageFailed, Damaged
 */
export const readChain = async (
  { requestStore, sweepStore }: Services,
  tenant: string,
  id: string,
): Promise<ChainRecord | null> => {
  const request = orThrow(await requestStore.read({ tenant, id }));
  if (request !== undefined) return recordOf("request", orThrow(fromStored(request)));
  if (sweepStore === null) return null;
  const sweep = orThrow(await sweepStore.read({ tenant, id }));
  return sweep === undefined ? null : recordOf("sweep", orThrow(fromStoredSweep(sweep)));
};
