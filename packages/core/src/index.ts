/**
 * Subject Rights: answers data subject requests under the GDPR. Erases a person wherever they are held, or hands
 * over a copy, and tells nobody "done" when it is not.
 *
 * 1. Describe where people are held: `defineDataSource({ id, title, holds, kind, … })`.
 * 2. Put it together: `createSubjectRights({ sources, notifier, addresses, … })`, and `start()`.
 * 3. Use it: `requests.submit(…)`, `requests.acknowledge({ token })`, `requests.progress(…)`.
 *
 * {@include ../README.md}
 *
 * @module @subject-rights/core
 */

// Put it together
export { createSubjectRights, type SubjectRights, type SubjectRightsOptions } from "./subject-rights.ts";
export {
  authorise,
  defaultRoles,
  type Policy,
  type PolicyAction,
  policyActions,
  rolePolicy,
  type SafePolicy,
  safePolicy,
} from "./facade/policy.ts";
export { defaultRules, type RuleChanges, type Rules } from "./request/rules.ts";
export type { Links } from "./runner/services.ts";

// Use it: one group of calls each
export type { RequestList, Requests, RevealedSubject } from "./facade/requests.ts";
export type { FetchedPackage, Packages } from "./facade/packages.ts";
export type {
  ListSourcesError,
  RefreshError,
  RetryAllError,
  SettleAllError,
  SourceList,
  SourceRow,
  Sources,
} from "./facade/sources.ts";
export type { Health, WaitingCount } from "./facade/health.ts";
export type { UnreadableRequest } from "./runner/dispatcher/unreadable.ts";
export type { ListUsersError, Users } from "./facade/users.ts";
export type { LeftBehind, ListSweepsError, SweepList, Sweeps } from "./facade/erase-many.ts";
export type {
  EraseManyError,
  EraseManyInput,
  GoOnError,
  GoOnInput,
  RetryInput,
  RunningSweep,
  SweepPace,
  SweepRunError,
} from "./facade/run-sweeps.ts";
export type {
  HoldError,
  HoldList,
  Holds,
  HoldView,
  LiftHoldError,
  PlacedHold,
  PlaceHoldError,
} from "./facade/holds.ts";
export type {
  CopiedSuppression,
  FilterInput,
  KeepSuppressionsError,
  LiftSuppressionError,
  LookUpError,
  Suppressions,
  WhyLeftOut,
} from "./facade/suppressions.ts";
export type { ReplayError, ReplayInput, ReplayReport, ReplayedSource } from "./facade/replay.ts";
export type { SettleSweepError, StopSweepError } from "./facade/end-sweep.ts";
export type { OnSweep, ReadSweepError } from "./facade/sweep-access.ts";
export type { PeoplePage, PeopleStream, SweptPerson } from "./sweeps/people.ts";
export type {
  SweepCounts,
  SweepProblem,
  SweepProblemCode,
  SweepReason,
  SweepStatus,
  SweptRecords,
} from "./sweeps/sweep.ts";
export type { SweepView } from "./sweeps/view.ts";

// What goes into the calls, and what comes out
export { type Actor, actorSchema, isActor, type RecordedActor } from "./request/actor.ts";
export { type Submission, type SubmitError, type Submitted, submissionShape } from "./facade/submit.ts";
export type { NamedTypes } from "./runner/served.ts";
export type { ChangeError, NeedsApproval, OnRequest, ReadError } from "./facade/context.ts";
export type { Removal, RemoveUsersError } from "./facade/remove-users.ts";
export type {
  Idle,
  MessageProgress,
  PackageProgress,
  RequestView,
  SourceProgress,
} from "./facade/view.ts";
export { type StandingKind, standings } from "./request/standings.ts";
export type { Waiting } from "./request/waiting.ts";
export type { DueRequests } from "./facade/deadlines.ts";
export type { DeadlineView } from "./facade/deadline-view.ts";
export type { Extension, Suspension } from "./request/deadline/deadline.ts";
export type { PlanPreview } from "./facade/preview.ts";
export type { ProgressEvent } from "./facade/progress.ts";
export type { AuditEntry } from "./audit/entry.ts";
export type { Audit, AuditError, AuditVerdict, VerifyAllError, VerifyAllInput } from "./facade/audit.ts";
export type {
  AboutPersonError,
  AskedAbout,
  AuditedPerson,
  RequestsOfError,
  RequestsOfPerson,
  UnlinkError,
} from "./facade/audited-person.ts";
export type { AuditFinding, AuditReport } from "./checkpoints/check-audits.ts";
export {
  type ChainCheckpoint,
  chainCheckpointSchema,
  type Checkpoint,
  type CheckpointLeaf,
  checkpointText,
  leafText,
  type SignedCheckpoint,
  signedCheckpointSchema,
} from "./audit/checkpoint.ts";
export { type Inclusion, isIncluded } from "./merkle.ts";
export { ChainCheck, type ChainFinding, type ChainHead } from "./audit/chain.ts";
export {
  type Evidence,
  type EvidenceFile,
  evidenceFileSchema,
  evidenceFormat,
  evidenceVersion,
  signedPart,
} from "./audit/evidence.ts";
export type { EvidenceSignature } from "./audit/signature.ts";
export { type CanonicalValue, canonicalJson } from "./canonical-json.ts";
export {
  type EvidenceSigner,
  ed25519Signer,
  isSigned,
  publicKeyId,
  sha256,
} from "./crypto.ts";
export { type ExportManifest, exportManifestSchema } from "./export/manifest.ts";

// Results and errors
export { err, errAsync, ok, okAsync, orThrow, Result, ResultAsync } from "./result.ts";
export * from "./errors.ts";
export * from "./sweeps/errors.ts";
export type { ApplyError } from "./runner/apply.ts";
export type { LoadError } from "./runner/load.ts";
export type { Refusal } from "./workflows/decide.ts";

// Words
export {
  type Category,
  categoriesReached,
  categorySchema,
  type RequestKind,
  requestKindSchema,
} from "./request/kinds.ts";
export type { NamedCollection } from "./request/collections.ts";
export { type Outcome, type Phase, phases } from "./request/phases.ts";
export type { GradedCollection, ProofGrade } from "./request/graded.ts";
export type { Approval, ApprovalState } from "./request/approval.ts";
export type { Plan, PlannedCollection, PlannedFate, PlannedSource } from "./request/planned.ts";
export {
  type ManualTask,
  type Settlement,
  type SourceStatus,
  sourceStatuses,
  type StepTask,
} from "./request/steps.ts";
export {
  type CollectionCount,
  type CollectionOutcome,
  type RecordFate,
  totalCount,
} from "./request/outcomes.ts";
export { type Problem, type ProblemCode, problemCodes } from "./request/problems.ts";
export type { SourceAbilities, SourceDescriptor } from "./request/sources.ts";
export type { CutShort } from "./request/cut-short.ts";
export type { LeftPackage } from "./request/left-packages.ts";
export type { NoticeKind } from "./request/notices.ts";
export type { Acknowledger, IdentifierDecision, PutFirst } from "./request/request.ts";
export type { Instant } from "./instant.ts";
export { identifiedSubject, type Subject, subjectOf } from "./subject/subject.ts";
export { addressesIn } from "./subject/addresses-in.ts";
export {
  emailSchema,
  type FoundIdentifier,
  type GivenIdentifier,
  type Identifier,
  isSteady,
  normaliseEmail,
  sameIdentifier,
} from "./subject/identifier.ts";

// Write an adapter: a definition is what its author writes, `define…` makes it safe to use
export type {
  DataSourceDefinition,
  ExportContext,
  ExportPage,
  LineColumn,
  LinePage,
  PeopleHeld,
  Recipient,
  Row,
  RowPage,
  Value,
  ValueKind,
} from "./ports/data-source.ts";
export { jsonText, UnfitValue } from "./export/json-text.ts";
export {
  type Ability,
  type BulkAbility,
  type DataSource,
  defineDataSource,
} from "./bridge/define-data-source.ts";
export { type DamagedRecord, damagedRecord } from "./bridge/readable.ts";
export { type Forms, type FormStep, formToday, inFormOfToday } from "./forms/forms.ts";
export type { SourcePages } from "./bridge/source-pages.ts";
export type { ListedPeople } from "./bridge/listed-people.ts";
export { type ExportPages, rowsPerPage } from "./bridge/export-pages.ts";
export type * from "./ports/notifier.ts";
export type { CarriedSecret, PackageEncryption } from "./ports/package-encryption.ts";
export type * from "./ports/calendar.ts";
export { type Calendar, defineCalendar, weekendsOnly } from "./bridge/define-calendar.ts";
export { defineNotifier, type Notifier } from "./bridge/define-notifier.ts";
export type * from "./ports/request-store.ts";
export { areStandings, defineRequestStore, type RequestStore } from "./bridge/define-request-store.ts";
export type { Transact, Transaction } from "./bridge/transaction.ts";
export type * from "./ports/hold-store.ts";
export { defineHoldStore, type HoldStore } from "./bridge/define-hold-store.ts";
export type * from "./ports/checkpoint-store.ts";
export { type CheckpointStore, defineCheckpointStore } from "./bridge/define-checkpoint-store.ts";
export type * from "./ports/intake-store.ts";
export { defineIntakeStore, type IntakeStore } from "./bridge/define-intake-store.ts";
export type * from "./ports/suppression-store.ts";
export { type Lifting, liftedWith } from "./runner/lifted-with.ts";
export {
  defineSuppressionStore,
  isLifted,
  type Standing,
  type SuppressionPage,
  type SuppressionStore,
  standsFor,
} from "./bridge/define-suppression-store.ts";
export type * from "./ports/sweep-store.ts";
export {
  defineSweepStore,
  type SweepStore,
  type SweepTransact,
  type SweepTransaction,
} from "./bridge/define-sweep-store.ts";
export type { ArtifactKey, ArtifactStoreDefinition } from "./ports/artifact-store.ts";
export { type ArtifactStore, defineArtifactStore } from "./bridge/define-artifact-store.ts";
export type { SourceStatusStoreDefinition, StoredSourceStatus } from "./ports/source-status-store.ts";
export { defineSourceStatusStore, type SourceStatusStore } from "./bridge/define-source-status-store.ts";
export type { KeyRingDefinition } from "./ports/key-ring.ts";
export { defineKeyRing, type KeyRing, keyBytes } from "./bridge/define-key-ring.ts";
export { type KeyWrapping, keyWrapping, type MasterKeys } from "./bridge/key-wrapping.ts";
export type { ApplicationUser, UserDirectoryDefinition, WantedUsers } from "./ports/user-directory.ts";
export {
  defineUserDirectory,
  type ListedUser,
  type UnfitUser,
  type UserDirectory,
  type UserPage,
} from "./bridge/define-user-directory.ts";
export type { AddressBookDefinition } from "./ports/address-book.ts";
export type * from "./ports/dispatcher.ts";
export { backOff } from "./runner/dispatcher/back-off.ts";
export { adapterWatch, type AdapterWatch, type FailingAdapter, isTold } from "./bridge/adapter-watch.ts";
export { listenerOf } from "./bridge/asked.ts";
export type { Call } from "./bridge/call.ts";
export type { CallContext } from "./ports/call.ts";
export { checkDefinition, checkInput } from "./bridge/issues.ts";
export { pageOf } from "./facade/list-cursor.ts";
export { type OptionNames, optionsOf } from "./bridge/options.ts";
export { portSchema, type PortName } from "./bridge/defined.ts";
export type { Clock } from "./ports/clock.ts";
export { systemClock } from "./bridge/system-clock.ts";
export type { Randomness } from "./ports/randomness.ts";
export { keyedHash, replyTokenOf, seal, systemRandomness, unseal } from "./crypto.ts";
