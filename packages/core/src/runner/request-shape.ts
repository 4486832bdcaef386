import { z } from "zod";
import type { EvidenceSignature } from "../audit/signature.ts";
import type { Approval } from "../request/approval.ts";
import type { NamedCollection } from "../request/collections.ts";
import type { Deadline, Extension, LastDay, PassedOver, Suspension } from "../request/deadline/deadline.ts";
import { isTimeZone } from "../request/deadline/time-zone.ts";
import type { GradedCollection } from "../request/graded.ts";
import { categorySchema, requestKindSchema } from "../request/kinds.ts";
import type { LeftPackage, PackagesLeft } from "../request/left-packages.ts";
import type { AskedFirst, NoticeKind, NoticeRecord } from "../request/notices.ts";
import type { Outage, OutageNews, PastOutage } from "../request/outage.ts";
import type { CollectionCount, GoneCount } from "../request/outcomes.ts";
import { phases } from "../request/phases.ts";
import type { Plan, PlannedCollection, PlannedSource } from "../request/planned.ts";
import { type Problem, problemCodes } from "../request/problems.ts";
import type {
  Acknowledgement,
  ClosedBefore,
  EarlierPackage,
  ExportPackage,
  IdentifierDecision,
  PutFirst,
  Request,
} from "../request/request.ts";
import { type Standings, standings } from "../request/standings.ts";
import {
  type AskedAgain,
  type CollectedCollection,
  type ManualTask,
  type Settlement,
  type SourceStep,
  type Staged,
  sourceStatuses,
  type ToldBefore,
} from "../request/steps.ts";
import type { Trouble } from "../request/trouble.ts";

/** By hand, not by zod: this is asked about each request whenever it is read or stored, more often than anything else. */
type Check = (value: unknown) => boolean;

/** A check of every member, so that none is added that nobody looks at. More may be in it. */
type Shape<Kept> = { readonly [Name in keyof Required<Kept>]: Check };

const text: Check = (value) => typeof value === "string";
const number: Check = (value) => Number.isFinite(value);
const flag: Check = (value) => typeof value === "boolean";
/** An instant or a day: what is reckoned from it is a moment too. */
const moment: Check = (value) => typeof value === "string" && !Number.isNaN(Date.parse(value));
const one = (...values: readonly unknown[]): Check => {
  const known = new Set(values);
  return (value) => known.has(value);
};
const nullable =
  (check: Check): Check =>
  (value) =>
    value === null || check(value);
const optional =
  (check: Check): Check =>
  (value) =>
    value === undefined || check(value);
/** Left out, or null. */
const absentOr =
  (check: Check): Check =>
  (value) =>
    value === undefined || value === null || check(value);
const list =
  (check: Check): Check =>
  (value) =>
    Array.isArray(value) && value.every(check);
const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);
const object = <Kept extends object>(shape: Shape<Kept>): Check => {
  const checks = Object.entries<Check>(shape);
  return (value) => isObject(value) && checks.every(([name, check]) => check(value[name]));
};
const listOf = <Kept extends object>(shape: Shape<Kept>): Check => list(object<Kept>(shape));
const eachOf =
  (check: Check): Check =>
  (value) =>
    isObject(value) && Object.values(value).every(check);

const placeSchema = z.iso.datetime({ precision: 3 });

const zones = new Set<string>();
const timeZone: Check = (value) => {
  if (typeof value !== "string") return false;
  // To ask for it takes longer than all the rest.
  if (!zones.has(value) && isTimeZone(value)) zones.add(value);
  return zones.has(value);
};

const problem = object<Problem>({
  code: one(...problemCodes),
  retryable: flag,
  collections: optional(list(text)),
  sweep: optional(text),
  hold: optional(text),
});

const counts = listOf<CollectionCount>({ collection: text, count: number, becomes: optional(text) });
const gone = listOf<GoneCount>({ collection: text, count: number });

const outcomeNamed = one("erased", "anonymised", "absent", "retained", "kept");
/** What became of a collection: it depends on that which of its members are there. */
const outcome: Check = (value) =>
  isObject(value) &&
  text(value["collection"]) &&
  outcomeNamed(value["outcome"]) &&
  (value["outcome"] === "absent" || number(value["count"])) &&
  optional(number)(value["changed"]) &&
  optional(moment)(value["asOf"]) &&
  ((value["outcome"] !== "retained" && value["outcome"] !== "kept") || text(value["reason"])) &&
  (value["outcome"] !== "retained" || moment(value["until"]));
const outcomes = list(outcome);

const outage = absentOr(
  object<Outage>({ role: one("looks-after", "waits", "alone"), since: moment, toldAt: nullable(moment) }),
);
const lastOutage = absentOr(object<PastOutage>({ endedAt: moment, toldAt: nullable(moment) }));

const settlement = object<Settlement>({ reason: text, by: text, at: moment });
const collected = listOf<CollectedCollection>({
  collection: text,
  rows: number,
  chunks: number,
  staged: optional(object<Staged>({ generation: number, number })),
  partial: optional(flag),
});

const task = one("erase", "refresh", "manual", "export", "leave", "identify");
const stage = one("identify", "locate", "perform", "verify", "done");
const status = one(...sourceStatuses);
const manualAnswer = one("done", "not-there", "cannot");

const steps = listOf<SourceStep>({
  source: text,
  title: text,
  kind: one("origin", "copy"),
  task,
  after: list(text),
  canIdentify: flag,
  thirdParty: optional(flag),
  recipients: optional(number),
  status,
  stage,
  attempts: number,
  nextAttemptAt: nullable(moment),
  generation: number,
  identifiersAsked: number,
  lastAsked: optional(object<NonNullable<SourceStep["lastAsked"]>>({ at: moment, names: number })),
  toldBefore: optional(object<ToldBefore>({ at: moment, heardAt: optional(moment) })),
  askedAgain: absentOr(
    object<AskedAgain>({
      stage,
      status,
      attempts: number,
      problem: nullable(problem),
      names: number,
      isOut: flag,
    }),
  ),
  heldBack: optional(flag),
  unsaid: absentOr(
    object<NonNullable<SourceStep["unsaid"]>>({ by: list(text), tries: number, byNumber: optional(flag) }),
  ),
  saidOtherwise: absentOr(number),
  identifiersUsed: number,
  foundBy: optional(list(text)),
  located: nullable(counts),
  goneBefore: optional(gone),
  unanswered: optional(flag),
  configuration: nullable(text),
  outcomes,
  saidAt: optional(moment),
  byCertain: optional(flag),
  keptEarlier: optional(outcomes),
  checked: nullable(flag),
  askedTooLate: optional(flag),
  onlyAsked: optional(flag),
  part: optional(list(text)),
  keys: optional(listOf<NamedCollection>({ key: text, name: text })),
  keptFound: optional(counts),
  left: optional(counts),
  collected,
  collectedBefore: optional(collected),
  problem: nullable(problem),
  triedAgain: optional(flag),
  alerts: number,
  outage,
  lastOutage,
  alertedOf: absentOr(text),
  relapses: optional(number),
  wasThere: optional(flag),
  heldBy: absentOr(text),
  manual: nullable(
    object<ManualTask>({
      answer: nullable(manualAnswer),
      note: nullable(text),
      answeredBy: nullable(text),
      answeredAt: nullable(moment),
      late: optional(flag),
    }),
  ),
  ownerSaid: optional(text),
  registeredSince: optional(flag),
  settlement: nullable(settlement),
  keepsOn: optional(flag),
  settledBefore: optional(settlement),
});

const noticeKinds = Object.keys({
  confirmation: true,
  support: true,
  undelivered: true,
  "manual-task": true,
  "task-stopped": true,
  decision: true,
  approval: true,
  deadline: true,
  extension: true,
  delivery: true,
  "package-secret": true,
  completion: true,
  recipient: true,
  refusal: true,
  failure: true,
  trouble: true,
} satisfies Record<NoticeKind, true>);

const notices = listOf<NoticeRecord>({
  id: text,
  kind: one(...noticeKinds),
  source: nullable(text),
  about: nullable(problem),
  status: one("due", "sent", "failed", "withdrawn"),
  createdAt: moment,
  attempts: number,
  nextAttemptAt: nullable(moment),
  begunUntil: absentOr(moment),
  sentAt: nullable(moment),
  problem: nullable(problem),
  triedAgain: optional(flag),
  asked: absentOr(
    object<AskedFirst>({ source: text, attempts: number, outage, lastOutage, triedAgain: optional(flag) }),
  ),
  without: optional(list(text)),
  forLetter: optional(flag),
});

const packageMembers: Shape<EarlierPackage> = {
  edition: number,
  artifact: text,
  chunks: number,
  bytes: number,
  sha256: text,
  files: number,
  missing: list(text),
  toCome: optional(list(text)),
  settled: optional(list(text)),
  builtAt: moment,
  expiresAt: moment,
  tokenHash: nullable(text),
  encrypted: optional(flag),
  downloads: number,
  downloadsByLink: optional(number),
};
const leftPackage: Shape<LeftPackage> = { until: moment, ended: flag, downloads: optional(number) };

const plan = object<Plan>({
  format: text,
  version: number,
  request: text,
  tenant: text,
  kind: text,
  category: text,
  identifiers: number,
  sources: listOf<PlannedSource>({
    source: text,
    kind: text,
    task,
    after: list(text),
    configuration: nullable(text),
    settled: flag,
    collections: nullable(listOf<PlannedCollection>({ collection: text, count: number, becomes: text })),
  }),
});

const lastDay = object<LastDay>({
  nominal: moment,
  passedOver: listOf<PassedOver>({ day: moment, because: text }),
  day: moment,
  endsAt: moment,
});

/**
 * What everybody who looks at a request counts on. It is written by `toStored` and by nothing else; but somebody may have
 * changed it in the store, and one such record must be named, and not be met as an exception in the middle of others.
 */
export const isRequest = object<Omit<Request, "confidential" | "asRead">>({
  id: text,
  tenant: text,
  version: number,
  audited: number,
  auditHead: text,
  auditSignature: nullable(
    object<EvidenceSignature>({ algorithm: text, keyId: text, publicKey: text, value: text }),
  ),
  kind: one(...requestKindSchema.options),
  category: one(...categorySchema.options),
  phase: one(...phases),
  outcome: nullable(
    one("completed", "completed-with-exceptions", "failed", "declined", "cancelled", "lapsed"),
  ),
  receivedAt: moment,
  updatedAt: moment,
  closedAt: nullable(moment),
  endedAt: nullable(moment),
  submittedBy: text,
  submission: optional(text),
  reason: nullable(text),
  acknowledgement: object<Acknowledgement>({
    by: one("tenant-admin", "data-subject"),
    tokenHash: nullable(text),
    replyTokenHash: nullable(text),
    issued: number,
    expiresAt: moment,
    acknowledgedAt: nullable(moment),
    wasAhead: optional(flag),
  }),
  pseudonyms: list(text),
  sharedPseudonyms: optional(list(text)),
  numbers: optional(eachOf(list(text))),
  named: number,
  letGo: optional(list(text)),
  besides: optional(text),
  unknownTypes: optional(list(text)),
  claims: list(text),
  apart: optional(list(text)),
  place: (value) => value === undefined || placeSchema.safeParse(value).success,
  putFirst: absentOr(object<PutFirst>({ reason: text, by: text, at: moment })),
  waitingFor: nullable(text),
  otherWaitsFor: optional(list(text)),
  looks: optional(number),
  blockedUntil: nullable(moment),
  identifiedAt: optional(moment),
  isAskedAgain: optional(flag),
  decisions: listOf<IdentifierDecision>({
    id: text,
    source: text,
    type: text,
    others: optional(number),
    answer: nullable(one("same-person", "somebody-else")),
    reason: nullable(text),
    decidedBy: nullable(text),
    answeredAt: optional(moment),
  }),
  steps,
  notices,
  package: nullable(
    object<ExportPackage>({
      ...packageMembers,
      parts: optional(text),
      left: optional(object<NonNullable<ExportPackage["left"]>>({ ...leftPackage, by: text })),
      earlier: optional(listOf<EarlierPackage>(packageMembers)),
      inDoubt: optional(flag),
    }),
  ),
  packagesLeft: optional(
    object<PackagesLeft>({ reopened: number, names: number, packages: listOf<LeftPackage>(leftPackage) }),
  ),
  approval: nullable(
    object<Approval>({
      state: one("planning", "waiting", "confirming", "approved"),
      plan: nullable(text),
      content: nullable(plan),
      edition: number,
      identifiers: number,
      expiresAt: nullable(moment),
      approvedBy: nullable(text),
      approvedAt: nullable(moment),
    }),
  ),
  held: nullable(object<NonNullable<Request["held"]>>({ by: text, lookAt: moment })),
  outageNews: optional(
    listOf<OutageNews>({
      source: text,
      news: one("answers", "left", "tried"),
      since: moment,
      toldAt: nullable(moment),
    }),
  ),
  reopened: number,
  suppressionsLifted: optional(flag),
  closedBefore: optional(
    object<ClosedBefore>({
      outcome: text,
      steps,
      grades: listOf<GradedCollection>({
        source: text,
        collection: nullable(text),
        grade: nullable(text),
        retained: number,
        kept: number,
      }),
      decisions: optional(number),
    }),
  ),
  deadline: object<Deadline>({
    timeZone,
    receivedOn: moment,
    first: lastDay,
    extended: lastDay,
    extension: nullable(object<Extension>({ reason: text, by: text, at: moment, toldAt: nullable(moment) })),
    suspensions: listOf<Suspension>({ from: moment, until: nullable(moment), reason: text }),
    reminders: list(moment),
    reminded: number,
  }),
  troubles: optional(
    listOf<Trouble>({
      work: text,
      doing: optional(text),
      problem,
      since: moment,
      attempts: number,
      nextAttemptAt: moment,
      isTold: flag,
    }),
  ),
  standings: eachOf(object<Standings[string]>({ for: one(...standings), since: moment })),
  key: one("live", "destroyed"),
});
