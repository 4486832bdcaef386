import { type Instant, later, liesAhead } from "../instant.ts";
import type { Problem } from "./problems.ts";
import type { Rules } from "./rules.ts";

/**
 * A source that does not answer is down for everybody in the tenant. One of the requests that have met it, with their work
 * or with a letter before which it is asked, looks after the outage: it has the support contact told and tries the source, more and more rarely. The others wait, and are told
 * when the source answers. A request that fails there while others are answered is alone with it: that is no outage.
 */
export interface Outage {
  readonly role: "looks-after" | "waits" | "alone";
  /** Since when this request has known of it. */
  readonly since: Instant;
  /** When the support contact was last told that the source is down, as far as this request knows; null for never. */
  readonly toldAt: Instant | null;
}

/** An outage of which this request knows that the source has answered since. */
export interface PastOutage extends Pick<Outage, "toldAt"> {
  readonly endedAt: Instant;
}

/**
 * What other requests have still to be told of an outage.
 * - `answers`: the source answers; all of them go on.
 * - `left`: one of them has to look after it.
 * - `tried`: the source was tried again in vain. Whoever waits with another call has learnt nothing from that: one of those
 *   tries it as well.
 */
export interface OutageNews extends Pick<Outage, "since" | "toldAt"> {
  readonly source: string;
  readonly news: "answers" | "left" | "tried";
}

const oneDay = 24 * 3_600_000;

/** Whether the source could not be asked at all. Everything else is a matter between the source and this request. */
export const isDown = ({ code, retryable }: Problem): boolean =>
  retryable && (code === "unavailable" || code === "timed-out");

/** A source that has answered for less than a while, and is down again, is down still. */
export const isJustOver = (past: PastOutage | null | undefined, now: Instant, rules: Rules): boolean =>
  past != null && now < later(past.endedAt, rules.retry.outageDelay);

/** Once an outage; where a source comes and goes, at most once a day. */
export const mustBeTold = ({ role, since, toldAt }: Outage, now: Instant): boolean =>
  role === "looks-after" && (toldAt === null || (toldAt < since && now >= later(toldAt, oneDay)));

/** What work at a source, or a letter before which it is asked, knows of its outages. */
interface Outages {
  readonly outage?: Outage | null;
  readonly lastOutage?: PastOutage | null;
}

/**
 * The same without moments that lie ahead: what a clock that was ahead has told of an earlier outage was told never, and one
 * that was told of itself is told of no second time. Undefined: none does.
 */
export const outagesNoticed = ({ outage, lastOutage }: Outages, now: Instant): Outages | undefined => {
  const isAhead = (at: Instant | null | undefined): boolean => at != null && liesAhead(at, now);
  if (![outage?.since, outage?.toldAt, lastOutage?.endedAt, lastOutage?.toldAt].some(isAhead))
    return undefined;
  return {
    ...(outage != null && {
      outage: {
        ...outage,
        since: isAhead(outage.since) ? now : outage.since,
        toldAt: isAhead(outage.toldAt) ? (isAhead(outage.since) ? now : null) : outage.toldAt,
      },
    }),
    ...(lastOutage != null && {
      lastOutage: isAhead(lastOutage.endedAt)
        ? null
        : { ...lastOutage, toldAt: isAhead(lastOutage.toldAt) ? null : lastOutage.toldAt },
    }),
  };
};

/**
 * What keeps two requests from looking after one outage: it stands among the claims of the store, where one request of
 * a tenant can hold it, a closed one too, as long as a letter of it waits. No pseudonym looks like this.
 */
export const outageClaim = (source: string): string => `outage/${source}`;
