import { KeyDestroyed, StorageFailed } from "../errors.ts";
import { errAsync, okAsync, orThrow, ResultAsync } from "../result.ts";
import { fromStoredSweep } from "../sweeps/stored-sweep.ts";
import type { Sweep } from "../sweeps/sweep.ts";
import { readableRequests } from "./every-request.ts";
import type { Services } from "./services.ts";
import { suppressionKeyName } from "./suppression-keys.ts";
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
      return ResultAsync.fromPromise(needed(), failed).andThen((isLost) =>
        isLost ? errAsync<Keys, KeyDestroyed>(new KeyDestroyed()) : made(name, ask),
      );
    });
  const made = <Keys>(name: string, ask: () => ResultAsync<Keys | undefined, StorageFailed>) =>
    keyRing
      .create(name)
      .andThen(ask)
      .andThen((key) =>
        key === undefined
          ? errAsync<Keys, KeyDestroyed>(new KeyDestroyed())
          : okAsync<Keys, KeyDestroyed>(key),
      );
  return {
    pseudonyms: (tenant) => {
      const name = `pseudonyms/${tenant}`;
      return found(
        name,
        () => keyRing.use(name),
        () => isSomebodyKnown(stores, tenant),
      );
    },
    suppressions: (tenant) => {
      const name = suppressionKeyName(tenant);
      const ask = () => keyRing.useAll(name).map((keys) => (keys.length === 0 ? undefined : keys));
      return found(name, ask, () => isSomebodySuppressed(stores, tenant));
    },
  };
};

/** Whether something that was made with a key is still needed. @throws StorageFailed */
type Needed = () => Promise<boolean>;

const failed = (thrown: unknown): StorageFailed =>
  thrown instanceof StorageFailed ? thrown : new StorageFailed("key-ring", "create", { cause: thrown });

/**
 * Whether somebody is to be recognised by a pseudonym that was made already: by a hold that was not lifted, by a request
 * or a sweep under which something is still due. What is over needs no key.
 */
const isSomebodyKnown = async (
  { requestStore, holdStore, sweepStore }: Stores,
  tenant: string,
): Promise<boolean> => {
  if (holdStore !== null) {
    const { holds } = orThrow(await holdStore.list({ tenant, open: true, limit: 1 }));
    if (holds.length > 0) return true;
  }
  for await (const { phase, key } of readableRequests({ requestStore }, tenant)) {
    if (phase !== "closed" || key === "live") return true;
  }
  let cursor: string | undefined;
  do {
    if (sweepStore === null) return false;
    const page = orThrow(await sweepStore.list({ tenant, cursor, limit: pageSize }));
    if (page.sweeps.some((stored) => fromStoredSweep(stored).map(isUnderWay).unwrapOr(true))) return true;
    cursor = page.cursor;
  } while (cursor !== undefined);
  return false;
};

const pageSize = 100;

const isUnderWay = ({ status, counts, settled }: Sweep): boolean =>
  status === "running" || (settled === null && counts.waiting + counts.leftBehind > 0);

const isSomebodySuppressed = async ({ suppressionStore }: Stores, tenant: string): Promise<boolean> =>
  suppressionStore !== null && orThrow(await suppressionStore.newest({ tenant })) !== null;
