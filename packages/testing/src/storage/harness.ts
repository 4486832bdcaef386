import type {
  ArtifactStore,
  CheckpointStore,
  HoldStore,
  IntakeStore,
  KeyRing,
  RequestStore,
  SourceStatusStore,
  SuppressionStore,
  SweepStore,
} from "@subject-rights/core";
import type { Breakable, Fixture } from "../conformance-case.ts";

/** How the cases get at one of the smaller storage ports. */
export interface StorageHarness<Made extends Fixture> {
  /** An empty one that shares nothing with any other. */
  make(): Promise<Made>;
  /** One that can be broken while in use. Left out, nobody learns what it does when it cannot be reached. */
  makeBreakable?(): Promise<Made & Breakable>;
}

/**
 * The second door: everything that is stored, read past the port itself. Text as it was handed in, bytes in
 * hexadecimal (lower case, nothing between them).
 */
export interface Dumpable {
  dump(): Promise<string>;
}

export interface ArtifactStoreFixture extends Fixture, Dumpable {
  readonly store: ArtifactStore;
}

export interface KeyRingFixture extends Fixture, Dumpable {
  readonly keyRing: KeyRing;
}

export interface SourceStatusStoreFixture extends Fixture {
  readonly store: SourceStatusStore;
}

export interface SuppressionStoreFixture extends Fixture {
  readonly store: SuppressionStore;
}

export interface CheckpointStoreFixture extends Fixture {
  readonly store: CheckpointStore;
  /** The stores over the same data: what they commit waits for a checkpoint. */
  readonly requests: RequestStore;
  readonly sweeps: SweepStore;
}

export interface HoldStoreFixture extends Fixture {
  readonly store: HoldStore;
}

export interface IntakeStoreFixture extends Fixture {
  readonly store: IntakeStore;
}
