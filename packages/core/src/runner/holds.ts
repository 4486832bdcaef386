import type { StorageFailed } from "../errors.ts";
import { instant } from "../instant.ts";
import { dayIn } from "../request/deadline/time-zone.ts";
import { okAsync, type ResultAsync } from "../result.ts";
import type { Services } from "./services.ts";

/**
 * For each person, the hold that keeps them from being erased now; null where none does, and without a hold store.
 *
 * @param transaction in which what is asked for is going to be done; asking there waits for no other connection
 */
export const holdsOn = (
  { holdStore, clock, timeZone }: Pick<Services, "holdStore" | "clock" | "timeZone">,
  tenant: string,
  people: readonly (readonly string[])[],
  transaction?: unknown,
): ResultAsync<(string | null)[], StorageFailed> =>
  holdStore === null
    ? okAsync(people.map(() => null))
    : holdStore.standing({
        tenant,
        people,
        on: dayIn(timeZone, instant(clock.now())),
        ...(transaction === undefined ? {} : { transaction }),
      });
