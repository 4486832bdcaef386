/**
 * {@include ../README.md}
 *
 * @module @subject-rights/testing
 */

export type { Breakable, ConformanceCase, Fixture } from "./conformance-case.ts";
export { dataSourceCases } from "./data-source/cases.ts";
export type { AbilityName, DataSourceFixture, DataSourceHarness } from "./data-source/harness.ts";
export { dispatcherCases } from "./dispatcher/cases.ts";
export type {
  DispatcherFixture,
  DispatcherHarness,
  JoinedStore,
  SharedQueue,
  Time,
} from "./dispatcher/harness.ts";
export { notifierCases } from "./notifier/cases.ts";
export type {
  NotifierFixture,
  NotifierHarness,
  ReceivedAttachment,
  ReceivedMessage,
} from "./notifier/harness.ts";
export { type MessageOf, noticeTypes, sampleAttachment, sampleMessage } from "./notifier/sample-messages.ts";
export { requestStoreCases } from "./request-store/cases.ts";
export type { RequestStoreFixture, RequestStoreHarness } from "./request-store/harness.ts";
export { seededRandomness } from "./seeded-randomness.ts";
export { type SimulatedClock, simulatedClock } from "./simulated-clock.ts";
export { artifactStoreCases } from "./storage/artifact-store-cases.ts";
export { checkpointStoreCases } from "./storage/checkpoint-store-cases.ts";
export type {
  ArtifactStoreFixture,
  CheckpointStoreFixture,
  Dumpable,
  HoldStoreFixture,
  IntakeStoreFixture,
  KeyRingFixture,
  SourceStatusStoreFixture,
  StorageHarness,
  SuppressionStoreFixture,
} from "./storage/harness.ts";
export { holdStoreCases } from "./storage/hold-store-cases.ts";
export { intakeStoreCases } from "./storage/intake-store-cases.ts";
export { keyRingCases } from "./storage/key-ring-cases.ts";
export { sourceStatusStoreCases } from "./storage/source-status-store-cases.ts";
export { suppressionStoreCases } from "./storage/suppression-store-cases.ts";
export { sweepStoreCases } from "./sweep-store/cases.ts";
export type { SweepStoreFixture, SweepStoreHarness } from "./sweep-store/harness.ts";
export { unwrap, unwrapError } from "./unwrap.ts";
