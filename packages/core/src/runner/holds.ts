import type { KeyDestroyed, StorageFailed } from "../errors.ts";
import { instant } from "../instant.ts";
import { dayIn } from "../request/deadline/time-zone.ts";
import { okAsync, type ResultAsync } from "../result.ts";
import type { Services } from "./services.ts";

/**
 * Without the tenant's key nobody can be recognised any more, and no hold can be placed: then nothing is erased there.
 *
 * For each person, the hold that keeps them from being erased now; null where none does, and without a hold store.
 *
 * @param transaction in which what is asked for is going to be done; asking there waits for no other connection
 */
export const holdsOn = (
  { holdStore, tenantKeys, clock, timeZone }: Pick<Services, HoldServices>,
  tenant: string,
  people: readonly (readonly string[])[],
  transaction?: unknown,
): ResultAsync<(string | null)[], StorageFailed | KeyDestroyed> => {
  if (holdStore === null) return okAsync(people.map(() => null));
  const on = dayIn(timeZone, instant(clock.now()));
  const asked = { tenant, people, on };
  return transaction === undefined
    ? tenantKeys.pseudonyms(tenant).andThen(() => holdStore.standing(asked))
    : holdStore.standing({ ...asked, transaction });
};

export type HoldServices = "holdStore" | "tenantKeys" | "clock" | "timeZone";
