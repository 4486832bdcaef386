import { KeyDestroyed, StorageFailed } from "../errors.ts";
import { errAsync, okAsync, orThrow, ResultAsync } from "../result.ts";
import { fromStoredSweep } from "../sweeps/stored-sweep.ts";
import type { Sweep } from "../sweeps/sweep.ts";
import { readableRequests } from "./every-request.ts";
import type { Services } from "./services.ts";
import { suppressionKeyName, theList } from "./suppression-keys.ts";
import type { TenantKeys } from "./tenant-keys.ts";

type Stores = Pick<Services, "keyRing" | "requestStore" | "holdStore" | "sweepStore" | "suppressionStore">;

export const tenantKeysOf = (stores: Stores): TenantKeys => {
  const { keyRing } = stores;
  const found = <Keys>(
    name: string,
    ask: () => ResultAsync<Keys | undefined, StorageFailed>,
    needed: Needed,
  ) =>
    ask().andThen((known) => {
      if (known !== undefined) return okAsync<Keys, KeyDestroyed>(known);
      return ResultAsync.fromPromise(needed(), failed).andThen((neededBy) =>
        neededBy === null ? made(name, ask) : thereBy(neededBy, name, ask),
      );
    });
  /** Whoever has put something under a key since it was looked for has made it before: only what is missing still is lost. */
  const thereBy = <Keys>(
    neededBy: string,
    name: string,
    ask: () => ResultAsync<Keys | undefined, StorageFailed>,
  ) =>
    ask().andThen((known) =>
      known === undefined
        ? errAsync<Keys, KeyDestroyed>(new KeyDestroyed(name, neededBy))
        : okAsync<Keys, KeyDestroyed>(known),
    );
  const made = <Keys>(name: string, ask: () => ResultAsync<Keys | undefined, StorageFailed>) =>
    keyRing
      .create(name)
      .andThen(ask)
      .andThen((key) =>
        key === undefined
          ? errAsync<Keys, KeyDestroyed>(new KeyDestroyed(name))
          : okAsync<Keys, KeyDestroyed>(key),
      );
  return {
    pseudonyms: (tenant) => {
      const name = `pseudonyms/${tenant}`;
      return found(
        name,
        () => keyRing.use(name),
        () => whoIsKnown(stores, tenant),
      );
    },
    suppressions: (tenant) => {
      const name = suppressionKeyName(tenant);
      const ask = () => keyRing.useAll(name).map((keys) => (keys.length === 0 ? undefined : keys));
      return found(name, ask, () => whoIsSuppressed(stores, tenant));
    },
  };
};

/** What needs a key still, that something was made with; null where nothing does. @throws StorageFailed */
type Needed = () => Promise<string | null>;

const failed = (thrown: unknown): StorageFailed =>
  thrown instanceof StorageFailed ? thrown : new StorageFailed("key-ring", "create", { cause: thrown });

/**
 * By what somebody is to be recognised under a pseudonym that was made already: by a hold that was not lifted, by a request
 * or a sweep under which something is still due. What is over needs no key.
 */
const whoIsKnown = async (
  { requestStore, holdStore, sweepStore }: Stores,
  tenant: string,
): Promise<string | null> => {
  if (holdStore !== null) {
    const { holds } = orThrow(await holdStore.list({ tenant, open: true, limit: 1 }));
    const [hold] = holds;
    if (hold !== undefined) return `hold ${hold.id}, which is to be lifted,`;
  }
  for await (const { id, phase, key } of readableRequests({ requestStore }, tenant)) {
    if (phase !== "closed") return `request ${id}, which is open and is to be cancelled,`;
    if (key === "live") return `closed request ${id}, which is to be cancelled where it has kept something,`;
  }
  let cursor: string | undefined;
  do {
    if (sweepStore === null) return null;
    const page = orThrow(await sweepStore.list({ tenant, cursor, limit: pageSize }));
    const needing = page.sweeps.find((stored) => fromStoredSweep(stored).map(isUnderWay).unwrapOr(true));
    if (needing !== undefined) return `sweep ${needing.id}, which is to be stopped and settled,`;
    cursor = page.cursor;
  } while (cursor !== undefined);
  return null;
};

const pageSize = 100;

const isUnderWay = ({ status, counts, settled }: Sweep): boolean =>
  status === "running" || (settled === null && counts.waiting + counts.leftBehind > 0);

const whoIsSuppressed = async ({ suppressionStore }: Stores, tenant: string): Promise<string | null> =>
  suppressionStore !== null && orThrow(await suppressionStore.newest({ tenant })) !== null ? theList : null;
