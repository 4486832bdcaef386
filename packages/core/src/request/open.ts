import { chainStart } from "../audit/chain.ts";
import { type Instant, later } from "../instant.ts";
import type { FoundIdentifier } from "../subject/identifier.ts";
import type { RecordedActor } from "./actor.ts";
import { isLongConfirmed } from "./addresses.ts";
import { notYetPlanned } from "./approval.ts";
import { type Decision, noticeDue, recorded } from "./change.ts";
import type { Deadline, DeadlineDates } from "./deadline/deadline.ts";
import { remindersFrom } from "./deadline/reminders.ts";
import type { Category, RequestKind } from "./kinds.ts";
import { confirmationNotice } from "./notices.ts";
import type { Acknowledger, Request } from "./request.ts";
import type { Rules } from "./rules.ts";

/** What a new request is made from. */
export interface Opening {
  readonly id: string;
  readonly tenant: string;
  readonly kind: RequestKind;
  readonly category: Category;
  /** What the person is known by so far: what they were named by first. */
  readonly identifiers: readonly FoundIdentifier[];
  /** The address of the request, in the letters in which it was given. Left out: as it stands among the identifiers. */
  readonly mailbox?: string;
  /** Of each identifier, in the same order. */
  readonly pseudonyms: readonly string[];
  /** What the audit calls the person: a keyed hash of the request's id, under a key of that person's. */
  readonly person: string;
  readonly acknowledgedBy: Acknowledger;
  readonly needsApproval: boolean;
  /** An open request that asks the same under an address that may have been somebody else's then; null where there is none. */
  readonly besides: string | null;
  /** As in `Request`. */
  readonly unknownTypes?: readonly string[];
  /** Recognises what was asked for under an idempotency key; null where there is none. */
  readonly submission: string | null;
  readonly deadline: DeadlineDates & Pick<Deadline, "timeZone" | "receivedOn">;
  readonly token: string;
  readonly tokenHash: string;
  readonly replyTokenHash: string;
  readonly actor: RecordedActor;
  readonly at: Instant;
}

/** A request as it is first stored: nothing is read or erased, and the confirmation is due. */
export const openRequest = (opening: Opening, rules: Rules): Decision => {
  const { id, tenant, kind, category, at, actor } = opening;
  const notice = confirmationNotice(1);
  const request: Request = {
    id,
    tenant,
    version: 1,
    audited: 1,
    auditHead: chainStart,
    auditSignature: null,
    kind,
    category,
    phase: "received",
    outcome: null,
    receivedAt: at,
    updatedAt: at,
    closedAt: null,
    endedAt: null,
    standings: {},
    submittedBy: actor,
    ...(opening.submission === null ? {} : { submission: opening.submission }),
    reason: null,
    acknowledgement: {
      by: opening.acknowledgedBy,
      tokenHash: opening.tokenHash,
      replyTokenHash: opening.replyTokenHash,
      issued: 1,
      expiresAt: later(at, rules.acknowledgement.validFor),
      acknowledgedAt: null,
    },
    pseudonyms: opening.pseudonyms,
    named: opening.pseudonyms.length,
    ...(opening.besides !== null && { besides: opening.besides }),
    ...(opening.unknownTypes !== undefined && { unknownTypes: opening.unknownTypes }),
    claims: [],
    waitingFor: null,
    blockedUntil: null,
    decisions: [],
    steps: [],
    notices: [],
    package: null,
    approval: opening.needsApproval ? notYetPlanned : null,
    held: null,
    reopened: 0,
    deadline: {
      ...opening.deadline,
      extension: null,
      suspensions: [],
      reminders: remindersFrom({ ...opening.deadline, extension: null }, rules.reminders, at),
      reminded: 0,
    },
    key: "live",
    confidential: {
      identifiers: opening.identifiers,
      asked: opening.identifiers.length,
      ...(opening.mailbox !== undefined && { mailbox: opening.mailbox }),
      tokens: { [notice]: opening.token },
      cursors: {},
      columns: {},
      candidates: {},
    },
  };
  const change = recorded({ request, entries: [], at, now: at, actor }, "submitted", {
    kind,
    category,
    person: opening.person,
  });
  return noticeDue(change, notice, "confirmation");
};

/**
 * Two requests with the same key ask the same of the same person, and name them by the same. One that is opened again asks
 * for what was kept, and is nobody's answer to a new one.
 */
export const duplicateKeyOf = ({
  id,
  kind,
  category,
  pseudonyms,
  named,
  besides,
  reopened,
}: Pick<Request, "id" | "kind" | "category" | "pseudonyms" | "named" | "besides" | "reopened">): string => {
  // Without any, nobody knows any more who it was about.
  const [address = id, ...others] = pseudonyms.slice(0, named);
  const apart = [...(besides === undefined ? [] : [besides]), ...(reopened > 0 ? [id] : [])];
  return [kind, category, address, ...new Set(others.toSorted()), ...apart].join("/");
};

/** What somebody asks for, and when. */
export interface AskedNow extends Pick<Request, "kind" | "category" | "pseudonyms"> {
  /** Whether anything was named that says who they are, and not only how they are reached. */
  readonly namesNumber: boolean;
  readonly at: Instant;
}

/**
 * Whether an address alone has to say that two who ask are one, and was confirmed so long ago that it may have changed hands:
 * then they are two until a source has said who they are.
 */
export const mayBeAnother = (
  request: Pick<Request, "acknowledgement">,
  { namesNumber, at }: AskedNow,
): boolean => !namesNumber && isLongConfirmed(request, at);

/**
 * Whether an open request is the answer to somebody who asks for the same under the same address: where it knows every
 * name that they have. Of whatever it does not know it may be that it leads to more, or that it is somebody else, who has
 * the address by now.
 */
export const answersAlso = (
  request: Pick<Request, "kind" | "category" | "pseudonyms" | "reopened" | "phase">,
  asked: AskedNow,
): boolean =>
  request.phase !== "closed" &&
  request.reopened === 0 &&
  request.kind === asked.kind &&
  request.category === asked.category &&
  request.pseudonyms[0] === asked.pseudonyms[0] &&
  asked.pseudonyms.every((name) => request.pseudonyms.includes(name));
