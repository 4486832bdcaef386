/**
 * {@include ../README.md}
 *
 * @module @subject-rights/memory
 */

export { type ArtifactTable, memoryArtifactStore, type StoredChunk } from "./artifact-store.ts";
export { type CheckpointTables, checkpointTables, memoryCheckpointStore } from "./checkpoint-store.ts";
export { type HoldTable, memoryHoldStore } from "./hold-store.ts";
export { type IntakeTables, memoryIntakeStore } from "./intake-store.ts";
export { type KeyTable, type MemoryKeyRingOptions, memoryKeyRing } from "./key-ring.ts";
export { type MemoryNotifier, type MemoryNotifierOptions, memoryNotifier } from "./notifier.ts";
export { type InTurn, MemoryTransaction, memoryRequestStore, type RequestTables } from "./request-store.ts";
export { memorySourceStatusStore, type SourceStatusTable } from "./source-status-store.ts";
export {
  type MemoryStorage,
  type MemoryStorageOptions,
  type MemoryTables,
  memoryStorage,
  memoryTables,
} from "./storage.ts";
export { memorySuppressionStore, type SuppressionTable } from "./suppression-store.ts";
export { memorySweepStore } from "./sweep-store.ts";
export { type MemoryUser, memoryUserDirectory } from "./user-directory.ts";
