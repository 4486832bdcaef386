import { type Instant, later, liesAhead } from "../instant.ts";
import { addressLeadsFor } from "../subject/identifying.ts";
import { outagesNoticed } from "./outage.ts";
import type { IdentifierDecision, Request } from "./request.ts";
import type { SourceStep } from "./steps.ts";

/**
 * Once the day has come on which a clock that was ahead put something, nobody could tell that it was not of that day, and until
 * then it would hold up whatever is counted from it. So as soon as that is seen, what was confirmed, asked, told or done then
 * is as old as can be; an outage that was told of is told of no more, and a later one is; and it was closed just now.
 */
export const aheadNoticed = (request: Request, now: Instant): Request => {
  const noticed = withoutOutagesAhead(withoutNamesAhead(request, now), now);
  return isAhead(noticed.endedAt, now) ? { ...noticed, endedAt: now } : noticed;
};

const isAhead = (at: Instant | null | undefined, now: Instant): boolean => at != null && liesAhead(at, now);

const withoutOutagesAhead = (request: Request, now: Instant): Request => {
  const atSteps = request.steps.map((step) => outagesNoticed(step, now));
  const atNotices = request.notices.map(({ asked }) => asked && outagesNoticed(asked, now));
  if (![...atSteps, ...atNotices].some(Boolean)) return request;
  return {
    ...request,
    steps: request.steps.map((step, index) => ({ ...step, ...atSteps[index] })),
    notices: request.notices.map((notice, index) =>
      notice.asked != null && atNotices[index] != null
        ? { ...notice, asked: { ...notice.asked, ...atNotices[index] } }
        : notice,
    ),
  };
};

/** Who the person is, and when they were last asked about. */
const withoutNamesAhead = (request: Request, now: Instant): Request => {
  const { acknowledgement, identifiedAt, decisions, steps, confidential } = request;
  const longAgo = later(now, -addressLeadsFor);
  const { acknowledgedAt, wasAhead = false } = acknowledgement;
  const isSeen = wasAhead || !isAhead(acknowledgedAt, now);
  const told = confidential?.addresses ?? [];
  const isAnsweredAhead = ({ answeredAt }: IdentifierDecision) => isAhead(answeredAt, now);
  const isStepAhead = ({ saidAt, byCertain, lastAsked }: SourceStep) =>
    (isAhead(saidAt, now) && byCertain !== true) || isAhead(lastAsked?.at, now);
  if (
    isSeen &&
    !isAhead(identifiedAt, now) &&
    !steps.some(isStepAhead) &&
    !decisions.some(isAnsweredAhead) &&
    !told.some(({ toldAt }) => isAhead(toldAt, now))
  )
    return request;
  return {
    ...request,
    acknowledgement: isSeen ? acknowledgement : { ...acknowledgement, wasAhead: true },
    ...(isAhead(identifiedAt, now) && { identifiedAt: longAgo }),
    decisions: decisions.map((each) => (isAnsweredAhead(each) ? { ...each, answeredAt: longAgo } : each)),
    steps: steps.map((step) => ({
      ...step,
      ...(isAhead(step.saidAt, now) && { byCertain: true }),
      ...(step.lastAsked !== undefined &&
        isAhead(step.lastAsked.at, now) && { lastAsked: { ...step.lastAsked, at: longAgo } }),
    })),
    confidential: confidential && {
      ...confidential,
      ...(confidential.addresses !== undefined && {
        addresses: told.map((each) => (isAhead(each.toldAt, now) ? { ...each, toldAt: longAgo } : each)),
      }),
    },
  };
};
