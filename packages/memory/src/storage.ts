import {
  type ArtifactStore,
  type CheckpointStore,
  type HoldStore,
  type IntakeStore,
  type KeyRing,
  optionsOf,
  type Randomness,
  type RequestStore,
  type SourceStatusStore,
  type SuppressionStore,
  type SweepStore,
} from "@subject-rights/core";
import { type ArtifactTable, memoryArtifactStore } from "./artifact-store.ts";
import { type CheckpointTables, checkpointTables, memoryCheckpointStore } from "./checkpoint-store.ts";
import { type HoldTable, memoryHoldStore } from "./hold-store.ts";
import { type IntakeTables, intakeTables, memoryIntakeStore } from "./intake-store.ts";
import { type KeyTable, memoryKeyRing } from "./key-ring.ts";
import { memoryRequestStore, type RequestTables, requestTables, takingTurns } from "./request-store.ts";
import { memorySourceStatusStore, type SourceStatusTable } from "./source-status-store.ts";
import { memorySuppressionStore, type SuppressionTable } from "./suppression-store.ts";
import { memorySweepStore } from "./sweep-store.ts";

/** All that the storage ports keep: to look into it from outside, and to start anew over it. */
export interface MemoryTables extends RequestTables, IntakeTables {
  readonly chunks: ArtifactTable;
  readonly statuses: SourceStatusTable;
  readonly keys: KeyTable;
  readonly holds: HoldTable;
  readonly suppressions: SuppressionTable;
  readonly checkpoints: CheckpointTables;
}

export interface MemoryStorage {
  readonly requestStore: RequestStore;
  readonly artifactStore: ArtifactStore;
  readonly sourceStatusStore: SourceStatusStore;
  readonly keyRing: KeyRing;
  readonly sweepStore: SweepStore;
  readonly holdStore: HoldStore;
  readonly suppressionStore: SuppressionStore;
  readonly checkpointStore: CheckpointStore;
  /** For the intake of mail (`@subject-rights/smtp`). */
  readonly intakeStore: IntakeStore;
}

export interface MemoryStorageOptions {
  /** Where everything is kept. Default: tables of its own. */
  readonly tables?: MemoryTables | undefined;
  /** Where keys come from. Default: `systemRandomness`. */
  readonly randomness?: Randomness | undefined;
}

export const memoryTables = (): MemoryTables => ({
  ...requestTables(),
  ...intakeTables(),
  chunks: new Map(),
  statuses: new Map(),
  keys: new Map(),
  holds: new Map(),
  suppressions: new Map(),
  checkpoints: checkpointTables(),
});

/** Every storage port at once: `createSubjectRights({ ...memoryStorage(), … })`. */
export const memoryStorage = (options: MemoryStorageOptions = {}): MemoryStorage => {
  const names = { tables: true, randomness: true } as const;
  const { tables = memoryTables(), randomness } = optionsOf("memoryStorage", names, options);
  const inTurn = takingTurns();
  return {
    requestStore: memoryRequestStore(tables, inTurn),
    artifactStore: memoryArtifactStore(tables.chunks),
    sourceStatusStore: memorySourceStatusStore(tables.statuses),
    keyRing: memoryKeyRing({ randomness, keys: tables.keys }),
    sweepStore: memorySweepStore(tables, inTurn),
    holdStore: memoryHoldStore(tables.holds),
    suppressionStore: memorySuppressionStore(tables.suppressions),
    checkpointStore: memoryCheckpointStore(tables, tables.checkpoints),
    intakeStore: memoryIntakeStore(tables),
  };
};
