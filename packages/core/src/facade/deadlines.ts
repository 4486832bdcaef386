import { type DamagedRecord, damagedRecord } from "../bridge/readable.ts";
import { type Instant, instant, later } from "../instant.ts";
import type { Actor } from "../request/actor.ts";
import { daysBetween } from "../request/deadline/day.ts";
import { isOverdue } from "../request/deadline/deadline.ts";
import { dayIn } from "../request/deadline/time-zone.ts";
import type { ResultAsync } from "../result.ts";
import { deadlineDates } from "../runner/deadline-dates.ts";
import { openRequests } from "../runner/every-request.ts";
import { load } from "../runner/load.ts";
import { caught } from "./caught.ts";
import { applyBy, type ChangeError, type FacadeContext, type OnRequest, type ReadError } from "./context.ts";
import { authorise } from "./policy.ts";
import { type RequestView, readView, viewOf } from "./view.ts";

/** Ends a suspension: the dates move by the days in which the clock stood still. */
export const resume = (
  { services, policy }: FacadeContext,
  { actor, requestId }: OnRequest,
): ResultAsync<RequestView, ChangeError> =>
  authorise(policy, actor, "keep-deadline")
    .andThen(({ tenant }) => load(services, { tenant, id: requestId }))
    .andThen((opened) => {
      const { timeZone, receivedOn, suspensions } = opened.request.deadline;
      const now = instant(services.clock.now());
      const stoodStill = suspensions.reduce(
        (sum, { from, until }) =>
          sum + Math.max(0, daysBetween(dayIn(timeZone, from), dayIn(timeZone, until ?? now))),
        0,
      );
      return deadlineDates(services.calendar, timeZone, receivedOn, stoodStill).andThen((dates) =>
        applyBy(services, actor, opened, { type: "identity-confirmed", dates }),
      );
    })
    .map(({ request }) => viewOf(request, services));

const day = 86_400_000;

export interface DueRequests {
  readonly requests: readonly RequestView[];
  /** Open requests whose record cannot be read: nobody knows when they are due. */
  readonly damaged: readonly DamagedRecord[];
}

/** Open requests that are overdue in so many days, 0 for now; the one that is due first comes first. */
export const dueWithin = (
  { services, policy }: FacadeContext,
  actor: Actor,
  days: number,
): ResultAsync<DueRequests, ReadError> =>
  authorise(policy, actor, "read-requests").andThen(({ tenant }) =>
    caught(() => overdueAt(services, tenant, later(instant(services.clock.now()), days * day))),
  );

const overdueAt = async (
  services: FacadeContext["services"],
  tenant: string,
  at: Instant,
): Promise<DueRequests> => {
  const requests: RequestView[] = [];
  const damaged: DamagedRecord[] = [];
  for await (const each of openRequests(services, tenant)) {
    if (each.isErr()) {
      damaged.push(each.error);
      continue;
    }
    const { id, reopened, deadline } = each.value;
    // What was opened again was answered before.
    if (reopened !== 0 || !isOverdue(deadline, at)) continue;
    readView(each.value, services).match(
      (view) => void requests.push(view),
      (error) => void damaged.push(damagedRecord(id, error)),
    );
  }
  return {
    requests: requests.sort((one, other) => (one.deadline.endsAt < other.deadline.endsAt ? -1 : 1)),
    damaged,
  };
};
