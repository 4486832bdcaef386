import type { ChainCheckpoint } from "../audit/checkpoint.ts";
import type { AuditEntry } from "../audit/entry.ts";
import {
  type Evidence,
  type EvidenceBody,
  type EvidenceFile,
  evidenceFormat,
  evidenceVersion,
} from "../audit/evidence.ts";
import { canonicalJson } from "../canonical-json.ts";
import type { Instant } from "../instant.ts";
import { gradesOf } from "../request/grades.ts";
import { type CollectionOutcome, isStaying } from "../request/outcomes.ts";
import type { Plan } from "../request/planned.ts";
import type { Request } from "../request/request.ts";
import { toldAt } from "../request/retention.ts";
import { countedAltogether, leftAt, type SourceStep, settlementAt } from "../request/steps.ts";
import { sealedPlan } from "../runner/effects/plan.ts";
import type { Services } from "../runner/services.ts";
import { isEndSigned } from "../runner/signed-end.ts";
import { deadlineView } from "./deadline-view.ts";

interface AuditParts {
  readonly entries: readonly AuditEntry[];
  readonly checkpoint: ChainCheckpoint | null;
}

export const evidenceOf = (
  services: Services,
  request: Request,
  audit: AuditParts,
  madeAt: Instant,
): Evidence => {
  const body = bodyOf(services, request, audit, madeAt);
  const file: EvidenceFile = { ...body, signature: services.evidenceSigner?.(canonicalJson(body)) ?? null };
  return { file, canonical: canonicalJson(file) };
};

const bodyOf = (
  services: Services,
  request: Request,
  { entries, checkpoint }: AuditParts,
  madeAt: Instant,
): EvidenceBody => {
  const { controller, sources } = services;
  const { id, tenant, kind, category, phase, outcome, receivedAt, closedAt, submittedBy, reason } = request;
  const { dueOn, endsAt, extended, explanation } = deadlineView(request.deadline);
  const { approval } = request;
  return {
    format: evidenceFormat,
    version: evidenceVersion,
    madeAt,
    controller,
    request: {
      ...{ id, tenant, kind, category, phase, outcome, receivedAt, closedAt, submittedBy, reason },
      acknowledgedAt: request.acknowledgement.acknowledgedAt,
      keyDestroyed: request.key === "destroyed",
    },
    deadline: { receivedOn: request.deadline.receivedOn, dueOn, endsAt, extended, explanation },
    plan: shownPlan(request),
    approval: approval && {
      plan: approval.plan,
      state: approval.state,
      approvedBy: approval.approvedBy,
      approvedAt: approval.approvedAt,
    },
    sources: request.steps
      .filter(({ task }) => task !== "identify")
      .map((step) => ({
        id: step.source,
        title: sources.titleOf(step.source, step.title),
        kind: step.kind,
        task: step.task,
        status: step.status,
        located: countedAltogether(step),
        outcomes: toldAt(request, step).map(plainOutcome),
        ...stillThere(step),
        checked: step.checked,
        settled: settlementAt(step),
      })),
    // What stays as somebody else's too stands among the outcomes, with its reason.
    grades: gradesOf(request).map(({ kept: _, ...graded }) => graded),
    ...earlierPackages(request),
    messages: request.notices.map(({ id: message, kind: what, status, sentAt }) => ({
      id: message,
      kind: what,
      status,
      sentAt,
    })),
    audit: {
      entries: [...entries],
      head: { entries: request.audited, hash: request.auditHead },
      recordSigned: isEndSigned(services, request),
      checkpoint,
    },
  };
};

const stillThere = (step: SourceStep): Pick<EvidenceBody["sources"][number], "left"> => {
  const left = leftAt(step).map(({ collection, count }) => ({ collection, count }));
  return left.length === 0 ? {} : { left };
};

const earlierPackages = ({ packagesLeft }: Request): Pick<EvidenceBody, "earlierPackages"> => {
  const packages = (packagesLeft?.packages ?? []).map(({ until, ended, downloads }) => ({
    until,
    ended,
    ...(downloads !== undefined && { downloads }),
  }));
  return packages.length === 0 ? {} : { earlierPackages: packages };
};

/** Null before there is one. */
const shownPlan = (request: Request): EvidenceBody["plan"] => {
  const { approval, steps } = request;
  const isCountedSomewhere = steps.some(({ located }) => located !== null);
  const plan = approval !== null ? approval.content : isCountedSomewhere ? sealedPlan(request).plan : null;
  return plan && plainPlan(plan);
};

const plainPlan = ({ sources, ...plan }: Plan): NonNullable<EvidenceBody["plan"]> => ({
  ...plan,
  sources: sources.map(({ after, collections, ...source }) => ({
    ...source,
    after: [...after],
    collections: collections && [...collections],
  })),
});

const plainOutcome = (each: CollectionOutcome): EvidenceBody["sources"][number]["outcomes"][number] => ({
  collection: each.collection,
  outcome: each.outcome,
  count: "count" in each ? each.count : null,
  reason: isStaying(each) ? each.reason : null,
  until: each.outcome === "retained" ? each.until : null,
  ...(isStaying(each) && each.asOf !== undefined && { asOf: each.asOf }),
});
