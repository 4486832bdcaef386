import type { AuditDraft } from "../audit/entry.ts";
import { type Instant, later } from "../instant.ts";
import type { Identifier } from "../subject/identifier.ts";
import { sameIdentifier } from "../subject/identifier.ts";
import { leading } from "../subject/vouching.ts";
import type { RecordedActor } from "./actor.ts";
import { actOf } from "./guard.ts";
import type { NoticeKind, NoticeRecord } from "./notices.ts";
import type { Outcome } from "./phases.ts";
import type { Problem } from "./problems.ts";
import { type Confidential, emptyConfidential, type Request } from "./request.ts";
import type { SourceStep } from "./steps.ts";

/** What was decided: the request as it is to be stored, and what the audit says of it. */
export interface Decision {
  readonly request: Request;
  readonly entries: readonly AuditDraft[];
}

/** A request while a decision about it is being made: values in, values out, and the audit grows along. */
export interface Change {
  readonly request: Request;
  readonly entries: readonly AuditDraft[];
  /** When it happens, for the record: never before what happened last, also where the clock was set back. */
  readonly at: Instant;
  /** What the clock says: what any time is compared with, and counted from, that is to come. */
  readonly now: Instant;
  readonly actor: RecordedActor;
}

export const changed = (change: Change, part: Partial<Request>): Change => ({
  ...change,
  request: { ...change.request, ...part },
});

export const recorded = (
  change: Change,
  action: string,
  detail: AuditDraft["detail"] = {},
  source: string | null = null,
  actor: RecordedActor = change.actor,
): Change => ({
  ...change,
  entries: [...change.entries, { at: change.at, actor, action, source, detail }],
});

const goesOnAfter = (notice: NoticeRecord): boolean =>
  actOf(notice) === "conclude" || actOf(notice) === "warn";

/**
 * Ends the request: from here on no other request of the same person has to wait for it, and no message goes out but
 * those that say how it ended.
 */
export const closed = (change: Change, outcome: Outcome): Change =>
  recorded(
    changed(
      withdrawn(change, (notice) => notice.status === "due" && !goesOnAfter(notice)),
      {
        phase: "closed",
        outcome,
        closedAt: change.at,
        endedAt: change.now,
        claims: [],
        waitingFor: null,
        otherWaitsFor: [],
        looks: 0,
        blockedUntil: null,
        apart: [],
        held: null,
      },
    ),
    "closed",
    { outcome },
  );

export const confidentialOf = (request: Request): Confidential => request.confidential ?? emptyConfidential;

export const changedConfidential = (change: Change, part: Partial<Confidential>): Change =>
  changed(change, { confidential: { ...confidentialOf(change.request), ...part } });

export const stepOf = (request: Request, source: string): SourceStep | undefined =>
  request.steps.find((step) => step.source === source);

export const changedStep = (change: Change, source: string, part: Partial<SourceStep>): Change =>
  changedSteps(change, (step) => (step.source === source ? part : null));

export const changedSteps = (
  change: Change,
  part: (step: SourceStep) => Partial<SourceStep> | null,
): Change =>
  changed(change, {
    steps: change.request.steps.map((step) => {
      const different = part(step);
      return different === null ? step : { ...step, ...different };
    }),
  });

export const changedNotice = (change: Change, id: string, part: Partial<NoticeRecord>): Change =>
  changed(change, {
    notices: change.request.notices.map((notice) => (notice.id === id ? { ...notice, ...part } : notice)),
  });

/** Makes a message due. A message of this id that is there already stays as it is. */
export const noticeDue = (
  change: Change,
  id: string,
  kind: NoticeKind,
  source: string | null = null,
  about: Problem | null = null,
): Change =>
  change.request.notices.some((notice) => notice.id === id)
    ? change
    : changed(change, {
        notices: [
          ...change.request.notices,
          {
            id,
            kind,
            source,
            about,
            status: "due",
            createdAt: change.at,
            attempts: 0,
            nextAttemptAt: null,
            sentAt: null,
            problem: null,
          },
        ],
      });

/**
 * Makes a message due in place of one that was not sent. Its tries are counted on, so that an outage stays one outage:
 * its pauses do not begin anew, and neither does its line in the audit.
 */
export const noticeInPlaceOf = (change: Change, before: string, id: string, kind: NoticeKind): Change => {
  const due = noticeDue(change, id, kind);
  const earlier = change.request.notices.find((notice) => notice.id === before);
  if (earlier?.status !== "withdrawn" || earlier.problem?.retryable !== true) return due;
  const { attempts, problem, asked = null, without: closed } = earlier;
  return changedNotice(due, id, {
    attempts,
    problem,
    ...(asked !== null && { asked }),
    ...(closed !== undefined && { without: closed }),
  });
};

/** Takes back messages that were not sent, and what only they were to carry. */
export const withdrawn = (change: Change, which: (notice: NoticeRecord) => boolean): Change => {
  const over = change.request.notices.filter((notice) => notice.status !== "sent" && which(notice));
  if (over.length === 0) return change;
  const { tokens } = confidentialOf(change.request);
  const kept = over.reduce((left, { id }) => without(left, id), tokens);
  return changed(change, {
    notices: change.request.notices.map((notice) =>
      over.includes(notice) ? { ...notice, status: "withdrawn", nextAttemptAt: null } : notice,
    ),
    ...(change.request.confidential !== null && {
      confidential: { ...change.request.confidential, tokens: kept },
    }),
  });
};

/** Adds an identifier that is known to be the person's, unless it is there. */
export const identifierAdded = (change: Change, identifier: Identifier, pseudonym: string): Change => {
  const { identifiers } = confidentialOf(change.request);
  if (identifiers.some((known) => sameIdentifier(known, identifier))) return change;
  return changed(changedConfidential(change, { identifiers: [...identifiers, identifier] }), {
    pseudonyms: [...change.request.pseudonyms, pseudonym],
  });
};

/** Somebody has said that it is the person's, though others may have the same: from now on it leads to them. */
export const identifierVouched = (change: Change, identifier: Identifier): Change =>
  changedConfidential(change, {
    identifiers: confidentialOf(change.request).identifiers.map((known) =>
      sameIdentifier(known, identifier) ? { type: known.type, value: known.value } : known,
    ),
  });

/** How many names the person has by which sources are asked for them. */
export const namesOf = (request: Request): number => leading(confidentialOf(request).identifiers).length;

export const after = (change: Change, delay: number): Instant => later(change.now, delay);

export const without = <Value>(
  record: Readonly<Record<string, Value>>,
  key: string,
): Readonly<Record<string, Value>> =>
  Object.fromEntries(Object.entries(record).filter(([name]) => name !== key));
