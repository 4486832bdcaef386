import type { RequestStore } from "../../bridge/define-request-store.ts";
import { type Instant, instant, later, latest } from "../../instant.ts";
import type { Clock } from "../../ports/clock.ts";
import type { Dispatcher } from "../../ports/dispatcher.ts";
import { longestPause, type Rules } from "../../request/rules.ts";
import { orThrow } from "../../result.ts";
import { dueActions } from "../../workflows/actions.ts";
import { fromStored } from "../record.ts";
import { keepLooking } from "./keep-looking.ts";
import { wake } from "./waking-store.ts";

export interface LookAheadParts {
  readonly requestStore: RequestStore;
  readonly dispatcher: Dispatcher;
  readonly clock: Clock;
  readonly rules: Rules;
  readonly lookEvery: number;
  readonly onError: (error: unknown) => void;
}

/** Later than any wake-up. */
const never: Instant = "9999-12-31T23:59:59.999Z";

/** How many are read at a time: of all at the start, and of some at each look. */
const atStart = 200;
const atEachLook = 20;

const betweenRounds = 3_600_000;

/**
 * Looks at requests that are to be woken later than any pause lasts. Most of them wait for a day of the law. One that was
 * stored by a clock that ran ahead is due, and is woken: nobody else would look at it before that clock is right. All of
 * them at the start of a process, and when its own clock was set back; else some at each look, until all were looked at,
 * and every hour anew, for what other processes have stored.
 */
export const lookAhead = (
  { requestStore, dispatcher, clock, rules, lookEvery, onError }: LookAheadParts,
  stop: AbortSignal,
): void => {
  let reached: Instant | null = null;
  let lastLook = instant(clock.now());
  let nextRound = lastLook;

  /** @returns whether there are more */
  const lookAtSome = async (limit: number): Promise<boolean> => {
    const now = instant(clock.now());
    const edge = later(now, longestPause(rules));
    const after = latest(edge, reached ?? edge);
    const found = orThrow(await requestStore.due({ until: never, after, limit }));
    // A store that knows nothing of `after` begins with the first each time.
    const ahead = found.filter(({ wakeAt }) => wakeAt > after);
    for (const { tenant, id } of ahead) {
      if (stop.aborted) return false;
      const stored = orThrow(await requestStore.read({ tenant, id }));
      const request = stored === undefined ? null : fromStored(stored).unwrapOr(null);
      if (request !== null && dueActions(request, rules, now).length > 0)
        await wake(dispatcher, { tenant, id }, now);
    }
    reached = ahead.length < limit ? null : (ahead.at(-1)?.wakeAt ?? null);
    nextRound = later(now, betweenRounds);
    return reached !== null;
  };

  const lookAtAll = async () => {
    reached = null;
    while (!stop.aborted && (await lookAtSome(atStart)));
  };

  const look = async () => {
    const now = instant(clock.now());
    const isSetBack = now < lastLook;
    lastLook = now;
    if (isSetBack) await lookAtAll();
    else if (reached !== null || now >= nextRound) await lookAtSome(atEachLook);
  };

  lookAtAll().catch(onError);
  void keepLooking({ clock, every: lookEvery, look, onError }, stop);
};
