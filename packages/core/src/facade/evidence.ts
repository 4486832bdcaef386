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
import type { CollectionOutcome } from "../request/outcomes.ts";
import type { Request } from "../request/request.ts";
import type { Services } from "../runner/services.ts";
import { deadlineView } from "./deadline-view.ts";

export const evidenceOf = (
  services: Services,
  request: Request,
  entries: readonly AuditEntry[],
  madeAt: Instant,
): Evidence => {
  const body = bodyOf(services, request, entries, madeAt);
  const file: EvidenceFile = { ...body, signature: services.evidenceSigner?.(canonicalJson(body)) ?? null };
  return { file, canonical: canonicalJson(file) };
};

const bodyOf = (
  { controller, sources }: Services,
  request: Request,
  entries: readonly AuditEntry[],
  madeAt: Instant,
): EvidenceBody => {
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
    deadline: { dueOn, endsAt, extended, explanation },
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
        title: sources.get(step.source)?.descriptor.title ?? step.source,
        kind: step.kind,
        task: step.task,
        status: step.status,
        located: step.located?.map(({ collection, count }) => ({ collection, count })) ?? null,
        outcomes: step.outcomes.map(plainOutcome),
        checked: step.checked,
        settled: step.settlement,
      })),
    grades: gradesOf(request),
    messages: request.notices.map(({ id: message, kind: what, status, sentAt }) => ({
      id: message,
      kind: what,
      status,
      sentAt,
    })),
    audit: { entries: [...entries], head: { entries: request.audited, hash: request.auditHead } },
  };
};

const plainOutcome = (each: CollectionOutcome): EvidenceBody["sources"][number]["outcomes"][number] => ({
  collection: each.collection,
  outcome: each.outcome,
  count: "count" in each ? each.count : null,
  reason: each.outcome === "retained" ? each.reason : null,
  until: each.outcome === "retained" ? each.until : null,
});
