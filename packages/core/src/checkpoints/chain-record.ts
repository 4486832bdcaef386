import type { Request } from "../request/request.ts";
import { orThrow } from "../result.ts";
import { fromStored } from "../runner/record.ts";
import type { Services } from "../runner/services.ts";
import type { SignedEnd } from "../runner/signed-end.ts";
import { fromStoredSweep } from "../sweeps/stored-sweep.ts";
import type { Sweep } from "../sweeps/sweep.ts";

/** What the record of a request or a sweep says of its audit. */
export interface ChainRecord extends SignedEnd {
  readonly of: "request" | "sweep";
  readonly version: number;
}

const recordOf = (
  of: ChainRecord["of"],
  { tenant, id, version, audited, auditHead, auditSignature }: Request | Sweep,
): ChainRecord => ({
  of,
  tenant,
  chain: id,
  version,
  head: { entries: audited, hash: auditHead },
  signature: auditSignature,
});

const chainOfRequest = (request: Request): ChainRecord => recordOf("request", request);
const chainOfSweep = (sweep: Sweep): ChainRecord => recordOf("sweep", sweep);

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
  if (request !== undefined) return chainOfRequest(orThrow(fromStored(request)));
  if (sweepStore === null) return null;
  const sweep = orThrow(await sweepStore.read({ tenant, id }));
  return sweep === undefined ? null : chainOfSweep(orThrow(fromStoredSweep(sweep)));
};
