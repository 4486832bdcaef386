import type { Damaged } from "../../errors.ts";
import { type Instant, instant, later } from "../../instant.ts";
import type { Clock } from "../../ports/clock.ts";
import type { RequestKey } from "../../ports/request-store.ts";

/** A request whose record cannot be read: it is due, and nobody can do anything for it. */
export interface UnreadableRequest extends RequestKey {
  /** Since when that is known. */
  readonly since: Instant;
  /** A newer version has stored it: deploy that one, or a newer one. Left out: it was changed past us, or cut short. */
  readonly isNewer?: true;
}

/**
 * The requests whose records this process could not read when they were due. Such a record stays as it is until somebody
 * mends it, or newer code reads it: it is told once, and looked at again every hour.
 */
export interface UnreadableRequests {
  /** What it came to, where it is too early to look again; else null. */
  readonly notYet: (request: RequestKey) => Damaged | null;
  /** @returns whether this is news */
  readonly met: (request: RequestKey, error: Damaged) => boolean;
  readonly isReadable: (request: RequestKey) => void;
  readonly all: () => readonly UnreadableRequest[];
}

const betweenLooks = 3_600_000;

/** So many are remembered; beyond it the oldest are forgotten, and may be told again. */
const mostRemembered = 10_000;

export const unreadableRequests = (clock: Pick<Clock, "now">): UnreadableRequests => {
  const known = new Map<string, UnreadableRequest & { readonly error: Damaged; readonly lookAt: Instant }>();
  const nameOf = ({ tenant, id }: RequestKey) => JSON.stringify([tenant, id]);
  return {
    notYet: (request) => {
      const before = known.get(nameOf(request));
      return before !== undefined && instant(clock.now()) < before.lookAt ? before.error : null;
    },
    met: ({ tenant, id }, error) => {
      const name = nameOf({ tenant, id });
      const now = instant(clock.now());
      const before = known.get(name);
      known.set(name, { tenant, id, since: before?.since ?? now, error, lookAt: later(now, betweenLooks) });
      const [oldest] = known.keys();
      if (known.size > mostRemembered && oldest !== undefined) known.delete(oldest);
      return before === undefined;
    },
    isReadable: (request) => void known.delete(nameOf(request)),
    all: () =>
      [...known.values()].map(({ tenant, id, since, error: { isNewer } }) => ({
        tenant,
        id,
        since,
        ...(isNewer && { isNewer }),
      })),
  };
};
