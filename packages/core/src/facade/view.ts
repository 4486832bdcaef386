import { Damaged } from "../errors.ts";
import { earliest, type Instant, instant } from "../instant.ts";
import type { Approval } from "../request/approval.ts";
import type { GradedCollection } from "../request/graded.ts";
import { gradesOf } from "../request/grades.ts";
import type { Category, RequestKind } from "../request/kinds.ts";
import type { LeftPackage } from "../request/left-packages.ts";
import type { NoticeKind } from "../request/notices.ts";
import { type CollectionCount, type CollectionOutcome, totalCount } from "../request/outcomes.ts";
import type { Outcome, Phase } from "../request/phases.ts";
import type { Problem } from "../request/problems.ts";
import type { Acknowledger, IdentifierDecision, PutFirst, Request } from "../request/request.ts";
import { reopensAt, toldAt } from "../request/retention.ts";
import {
  countedAltogether,
  givenBy,
  leftAt,
  type ManualTask,
  type Settlement,
  type SourceStatus,
  type SourceStep,
  type StepTask,
  settlementAt,
} from "../request/steps.ts";
import { troubleAt, type Waiting, waitingOf } from "../request/waiting.ts";
import { Result } from "../result.ts";
import type { Services } from "../runner/services.ts";
import { wakeAt } from "../workflows/actions.ts";
import { type DeadlineView, deadlineView } from "./deadline-view.ts";

/** A request as an application reads it. Nothing in it is personal, apart from reasons that people typed. */
export interface RequestView {
  readonly id: string;
  readonly kind: RequestKind;
  readonly category: Category;
  readonly phase: Phase;
  /** Null while it is open. */
  readonly outcome: Outcome | null;
  readonly receivedAt: Instant;
  readonly closedAt: Instant | null;
  /** When it opens again, because a duty to keep something ends; null where nothing is kept. */
  readonly reopensAt: Instant | null;
  readonly submittedBy: string;
  /**
   * Types of identifiers that came with it, and by which no data source said then that it finds anybody: one may be misspelt,
   * and lead to nobody. Left out: there were none.
   */
  readonly unknownTypes?: readonly string[];
  /** Why it was declined or cancelled. */
  readonly reason: string | null;
  readonly acknowledgement: {
    readonly by: Acknowledger;
    readonly acknowledgedAt: Instant | null;
    readonly expiresAt: Instant;
  };
  readonly sources: readonly SourceProgress[];
  readonly messages: readonly MessageProgress[];
  readonly package: PackageProgress | null;
  /** For an erasure: packages that were made of the person's data before, and what became of them. */
  readonly earlierPackages: readonly LeftPackage[];
  readonly deadline: DeadlineView;
  /** How well it is proven what an erasure did, a collection; as far as its sources are done. */
  readonly grades: readonly GradedCollection[];
  /** Null where the plan needs nobody's approval. */
  readonly approval: Omit<Approval, "identifiers" | "content"> | null;
  /**
   * What was asked about identifiers that others may go by too, and what somebody has decided of each, and why. The identifiers
   * themselves are in `requests.reveal`.
   */
  readonly decisions: readonly IdentifierDecision[];
  /** Who put it before the other requests of the person, when and why; null where nobody did. */
  readonly putFirst: PutFirst | null;
  /** What it waits for that does not come by itself. Empty while it runs, and when it is closed. */
  readonly waitingFor: readonly Waiting[];
  /** Null while something is under way; otherwise until when nothing will be, by itself. */
  readonly idle: Idle | null;
}

export interface PackageProgress {
  readonly bytes: number;
  readonly sha256: string;
  readonly expiresAt: Instant;
  /** Opens with a secret only, which travels another way. */
  readonly encrypted: boolean;
  /** The person was erased since: only the link that they were sent fetches it any more, if it has not ended. */
  readonly onlyByLink: boolean;
}

export interface Idle {
  /** Null where only a person can take it on, or nothing is left to do. */
  readonly until: Instant | null;
}

export interface SourceProgress {
  readonly id: string;
  readonly title: string;
  readonly kind: "origin" | "copy";
  readonly task: StepTask;
  readonly status: SourceStatus;
  readonly attempts: number;
  readonly nextAttemptAt: Instant | null;
  readonly problem: Problem | null;
  /** How many records the source said it holds of the person, over all rounds; null where it cannot say. */
  readonly records: number | null;
  /** How many of them were erased, anonymised, retained, kept or collected so far. */
  readonly done: number;
  readonly located: readonly CollectionCount[] | null;
  readonly outcomes: readonly CollectionOutcome[];
  /**
   * What the last look found there beside what stays: of a source that still holds the person, of one that a person closed
   * by hand, or what came in since. Empty: nothing, or nobody has looked.
   */
  readonly left: readonly CollectionCount[];
  /** Whether the source was asked afterwards; false where it has no way to answer, null before. */
  readonly checked: boolean | null;
  /** What its owner was asked to do by hand, and what was said of it, with the note. Null: nothing is asked of them. */
  readonly manual: ManualTask | null;
  /** Who closed it by hand, when and why; null where nobody did. */
  readonly settlement: Settlement | null;
}

export interface MessageProgress {
  readonly id: string;
  readonly kind: NoticeKind;
  readonly status: "due" | "sent" | "failed" | "withdrawn";
  readonly attempts: number;
  readonly sentAt: Instant | null;
  readonly problem: Problem | null;
}

export const viewOf = (
  request: Request,
  services: Pick<Services, "sources" | "rules" | "clock">,
): RequestView => {
  const { sources, rules, clock } = services;
  const { acknowledgement } = request;
  const until = wakeAt(request, rules);
  // The record never goes back, also where a clock that was ahead was put right.
  const storedAt = earliest([request.updatedAt, instant(clock.now())]) ?? request.updatedAt;
  const isSending = request.notices.some(({ status, begunUntil }) => status === "due" && begunUntil != null);
  return {
    id: request.id,
    kind: request.kind,
    category: request.category,
    phase: request.phase,
    outcome: request.outcome,
    receivedAt: request.receivedAt,
    closedAt: request.closedAt,
    reopensAt: request.phase === "closed" ? reopensAt(request) : null,
    submittedBy: request.submittedBy,
    ...(request.unknownTypes !== undefined && { unknownTypes: request.unknownTypes }),
    reason: request.reason,
    acknowledgement: {
      by: acknowledgement.by,
      acknowledgedAt: acknowledgement.acknowledgedAt,
      expiresAt: acknowledgement.expiresAt,
    },
    sources: request.steps.map((step) => progressOf(request, step, sources)),
    messages: request.notices.map(({ id, kind, status, attempts, sentAt, problem }) => ({
      id,
      kind,
      status,
      attempts,
      sentAt,
      problem,
    })),
    package: packageOf(request),
    earlierPackages: request.packagesLeft?.packages ?? [],
    deadline: deadlineView(request.deadline),
    grades: gradesOf(request),
    approval: approvalOf(request),
    decisions: request.decisions,
    putFirst: request.putFirst ?? null,
    waitingFor: waitingOf(request),
    idle: !isSending && (until === null || until > storedAt) ? { until } : null,
  };
};

/** As `viewOf`, for what was just read from the store, where somebody may have changed anything. */
export const readView = (
  request: Request,
  services: Pick<Services, "sources" | "rules" | "clock">,
): Result<RequestView, Damaged> =>
  Result.fromThrowable(
    () => viewOf(request, services),
    (cause) => new Damaged(`Request ${request.id}`, { cause }),
  )();

const packageOf = ({ package: held }: Request): PackageProgress | null => {
  if (held === null) return null;
  const { bytes, sha256, expiresAt, encrypted = false, left } = held;
  return { bytes, sha256, expiresAt, encrypted, onlyByLink: left !== undefined };
};

const approvalOf = ({ approval }: Request): RequestView["approval"] => {
  if (approval === null) return null;
  const { state, plan, edition, expiresAt, approvedBy, approvedAt } = approval;
  return { state, plan, edition, expiresAt, approvedBy, approvedAt };
};

const progressOf = (request: Request, step: SourceStep, sources: Services["sources"]): SourceProgress => ({
  id: step.source,
  title: sources.titleOf(step.source, step.title),
  kind: step.kind,
  task: step.task,
  status: step.status,
  attempts: step.attempts,
  nextAttemptAt: step.nextAttemptAt,
  problem: troubleAt(step),
  records: recordsOf(step),
  done:
    step.task === "export"
      ? (step.collected.length > 0 ? step.collected : (givenBy(step) ?? [])).reduce(
          (sum, { rows }) => sum + rows,
          0,
        )
      : step.outcomes.reduce((sum, outcome) => ("count" in outcome ? sum + outcome.count : sum), 0),
  located: step.located,
  outcomes: toldAt(request, step),
  left: leftAt(step),
  checked: step.checked,
  manual: step.manual,
  settlement: settlementAt(step),
});

const recordsOf = (step: SourceStep): number | null => {
  const counted = countedAltogether(step);
  return counted && totalCount(counted);
};
