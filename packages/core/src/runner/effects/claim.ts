import { instant, later } from "../../instant.ts";
import type { RequestEvent } from "../../request/events.ts";
import { isAhead, mayGiveWay } from "../../request/line.ts";
import { orThrow } from "../../result.ts";
import { jitter } from "../jitter.ts";
import { lastPlaceOf, lineOf } from "../line.ts";
import { tellOther } from "../tell-other.ts";
import type { Effect } from "./effect.ts";

/**
 * Takes everything the person is known by. Where somebody put the request first, those behind it that only wait for people
 * are put off before: safe to do twice, and to be broken off, because they stay behind it.
 *
 * @throws StorageFailed, ChangedMeanwhile
 */
export const claim = async ({ services, request }: Effect): Promise<RequestEvent> => {
  if (request.putFirst != null) {
    const begunBefore = later(instant(services.clock.now()), -services.callDeadline);
    for (const other of orThrow(await lineOf(services, request, request.pseudonyms))) {
      if (!isAhead(request, other) || !mayGiveWay(other, begunBefore)) continue;
      const by = { by: request.id, jitter: jitter(services.randomness) };
      await tellOther(services, other, { type: "gave-way", begunBefore, ...by });
    }
  }
  return { type: "claimed" };
};

/** It is opened again behind everybody who is in line by now. @throws StorageFailed */
export const reopen = async ({ services, request }: Effect): Promise<RequestEvent> => {
  const line = orThrow(await lineOf(services, request, request.pseudonyms));
  return { type: "retention-ended", lastPlace: lastPlaceOf(line) };
};
