/**
 * Subject Rights: answers data subject requests under the GDPR. Erases a person wherever they are held, or hands
 * over a copy, and tells nobody "done" when it is not.
 *
 * 1. Describe where people are held: `defineDataSource({ id, title, holds, kind, … })`.
 * 2. Put it together: `createSubjectRights({ sources, notifier, addresses, … })`, and `start()`.
 * 3. Use it: `requests.submit(…)`, `requests.acknowledge({ token })`, `requests.progress(…)`.
 *
 * @module
 */

// Words
export type { AuditEntry } from "./audit/entry.ts";
export type { Call } from "./bridge/call.ts";
export { type ArtifactStore, defineArtifactStore } from "./bridge/define-artifact-store.ts";
export { type Ability, type DataSource, defineDataSource } from "./bridge/define-data-source.ts";
export { defineKeyRing, type KeyRing, keyBytes } from "./bridge/define-key-ring.ts";
export { defineNotifier, type Notifier } from "./bridge/define-notifier.ts";
export { defineRequestStore, type RequestStore } from "./bridge/define-request-store.ts";
export { defineSourceStatusStore, type SourceStatusStore } from "./bridge/define-source-status-store.ts";
export { defineUserDirectory, type UserDirectory, type UserPage } from "./bridge/define-user-directory.ts";
export { type ExportPages, rowsPerPage } from "./bridge/export-pages.ts";
export { checkDefinition } from "./bridge/issues.ts";
export { systemClock } from "./bridge/system-clock.ts";
export { systemRandomness } from "./crypto.ts";
export * from "./errors.ts";

// Read a package that somebody else's Subject Rights made
export { type ExportManifest, exportManifestSchema } from "./export/manifest.ts";
// Use
export type { ChangeError, OnRequest, ReadError } from "./facade/context.ts";
export type { FetchedPackage, Packages } from "./facade/packages.ts";
export { defaultRoles, type Policy, type PolicyAction, policyActions, rolePolicy } from "./facade/policy.ts";
export type { ProgressEvent } from "./facade/progress.ts";
export type { Removal, RemoveUsersError } from "./facade/remove-users.ts";
export type { Requests, RevealedSubject } from "./facade/requests.ts";
export type { ListSourcesError, RefreshError, SourceRow, Sources } from "./facade/sources.ts";
export type { Submission, SubmitError, Submitted } from "./facade/submit.ts";
export type { ListUsersError, Users } from "./facade/users.ts";
export type { Idle, MessageProgress, RequestView, SourceProgress, Waiting } from "./facade/view.ts";
export type { Instant } from "./instant.ts";
export type { AddressBookDefinition } from "./ports/address-book.ts";
export type { ArtifactKey, ArtifactStoreDefinition } from "./ports/artifact-store.ts";
// Write adapters: what an author writes, and what makes it safe to use
export type { CallContext } from "./ports/call.ts";
export type { Clock } from "./ports/clock.ts";
export type { DataSourceDefinition, ExportContext, ExportPage, Row, Value } from "./ports/data-source.ts";
export type { Dispatcher, WakeUp } from "./ports/dispatcher.ts";
export type { KeyRingDefinition } from "./ports/key-ring.ts";
export type {
  AboutRequest,
  Attachment,
  Message,
  MissingPart,
  Notice,
  NoticeType,
  NotifierDefinition,
  SourceReport,
} from "./ports/notifier.ts";
export type { Randomness } from "./ports/randomness.ts";
export type {
  DueRequest,
  Json,
  JsonObject,
  RequestKey,
  RequestStoreDefinition,
  StoredRequest,
} from "./ports/request-store.ts";
export type { SourceStatusStoreDefinition, StoredSourceStatus } from "./ports/source-status-store.ts";
export type { ApplicationUser, UserDirectoryDefinition } from "./ports/user-directory.ts";
export type { Actor } from "./request/actor.ts";
export { type Category, categorySchema, type RequestKind, requestKindSchema } from "./request/kinds.ts";
export type { NoticeKind } from "./request/notices.ts";
export { type CollectionCount, type CollectionOutcome, totalCount } from "./request/outcomes.ts";
export { type Outcome, type Phase, phases } from "./request/phases.ts";
export { type Problem, type ProblemCode, problemCodes } from "./request/problems.ts";
export type { Acknowledger } from "./request/request.ts";
export { defaultRules, type RuleChanges, type Rules } from "./request/rules.ts";
export type { SourceAbilities, SourceDescriptor } from "./request/sources.ts";
export { type Settlement, type SourceStatus, type StepTask, sourceStatuses } from "./request/steps.ts";
// Results and errors
export { err, errAsync, ok, okAsync, orThrow, Result, ResultAsync } from "./result.ts";
export type { ApplyError, LoadError } from "./runner/apply.ts";
export type { Links } from "./runner/services.ts";
export {
  emailSchema,
  type FoundIdentifier,
  type Identifier,
  normaliseEmail,
  sameIdentifier,
} from "./subject/identifier.ts";
export { type Subject, subjectOf } from "./subject/subject.ts";
// Put together
export { createSubjectRights, type SubjectRights, type SubjectRightsOptions } from "./subject-rights.ts";
export type { Refusal } from "./workflows/decide.ts";
