import type { DataSource } from "../bridge/define-data-source.ts";
import type { HoldStore } from "../bridge/define-hold-store.ts";
import { Damaged, HeldInCopy, KeyDestroyed, StorageFailed } from "../errors.ts";
import { stepOf } from "../request/change.ts";
import { heldUnder, type Request } from "../request/request.ts";
import { isPerformed, type SourceStep } from "../request/steps.ts";
import { err, ok, orThrow, type Result } from "../result.ts";
import { goneInSweeps } from "../sweeps/gone-people.ts";
import { type HoldServices, holdsOn } from "./holds.ts";
import { fromStored } from "./record.ts";
import type { Services } from "./services.ts";

type CopyServices = Pick<Services, "requestStore" | "sweepStore" | "keyRing" | HoldServices>;

export type CannotSay = StorageFailed | Damaged | KeyDestroyed;

const pageSize = 100;

/**
 * Whether a copy may be filled anew now, for whatever reason. That takes everybody out of it who is gone from its origins:
 * a hold on one of them stops it for all. Who that is takes long to read, and a hold may be placed meanwhile: then it is
 * read again, so that what is asked last is whether there is a new one.
 *
 * Errors: `HeldInCopy`; `Damaged`, `KeyDestroyed` where a hold stands and nobody can say who is gone from the origins.
 *
 * @param last what else stops it, asked behind the reading
 */
export const mayFillAnew = async <No>(
  services: CopyServices,
  tenant: string,
  copy: DataSource,
  last: () => Promise<Result<void, No>>,
): Promise<Result<void, HeldInCopy | No | CannotSay>> => {
  const { holdStore } = services;
  if (holdStore === null) return last();
  try {
    return await passed(services, holdStore, tenant, copy, last);
  } catch (thrown) {
    if (thrown instanceof StorageFailed || thrown instanceof Damaged || thrown instanceof KeyDestroyed) {
      return err(thrown);
    }
    throw thrown;
  }
};

const passed = async <No>(
  services: CopyServices,
  holdStore: HoldStore,
  tenant: string,
  copy: DataSource,
  last: () => Promise<Result<void, No>>,
): Promise<Result<void, HeldInCopy | No>> => {
  for (let known = await openHolds(holdStore, tenant); ; ) {
    if (known.size > 0) {
      for await (const people of goneFromOrigins(services, tenant, copy)) {
        const hold = orThrow(await holdsOn(services, tenant, people)).find((each) => each !== null);
        if (hold !== undefined && hold !== null) return err(new HeldInCopy(copy.descriptor.id, hold));
      }
    }
    const free = await last();
    if (free.isErr()) return err(free.error);
    const now = await openHolds(holdStore, tenant);
    if ([...now].every((id) => known.has(id))) return ok(undefined);
    known = now;
  }
};

/** @throws StorageFailed */
export const openHolds = async (holdStore: HoldStore, tenant: string): Promise<ReadonlySet<string>> => {
  const ids = new Set<string>();
  let cursor: string | undefined;
  do {
    const page = orThrow(await holdStore.list({ tenant, open: true, cursor, limit: pageSize }));
    for (const { id } of page.holds) ids.add(id);
    cursor = page.cursor;
  } while (cursor !== undefined);
  return ids;
};

/** The pseudonyms of everybody whom a request or a sweep has begun to erase in origins, and who may be in the copy. */
async function* goneFromOrigins(services: CopyServices, tenant: string, { descriptor }: DataSource) {
  let cursor: string | undefined;
  do {
    const page = orThrow(await services.requestStore.list({ tenant, open: true, cursor, limit: pageSize }));
    yield page.requests.flatMap((stored) =>
      fromStored(stored).match(
        (request) => (isGoneFromOrigins(request, descriptor.id) ? [heldUnder(request)] : []),
        // Nobody can say how far it came; whose it is, its claims say.
        () => [stored.claims],
      ),
    );
    cursor = page.cursor;
  } while (cursor !== undefined);
  yield* goneInSweeps(services, tenant, descriptor.holds);
}

/** Whether the person of a request may be gone from origins of a copy, and still be in the copy. */
export const isGoneFromOrigins = (request: Request, copy: string): boolean => {
  const step = stepOf(request, copy);
  return (
    step !== undefined &&
    request.kind === "erasure" &&
    step.stage !== "verify" &&
    step.stage !== "done" &&
    step.after.some((origin) => hasBegun(stepOf(request, origin)))
  );
};

/** Whether a source may have erased something for this request. */
const hasBegun = (step: SourceStep | undefined): boolean =>
  step !== undefined &&
  (isPerformed(step) || step.status !== "pending" || step.attempts > 0 || step.outcomes.length > 0);
