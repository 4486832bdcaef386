import {
  type ArtifactStore,
  type CheckpointStore,
  defineArtifactStore,
  defineCheckpointStore,
  defineHoldStore,
  defineIntakeStore,
  defineKeyRing,
  defineRequestStore,
  defineSourceStatusStore,
  defineSuppressionStore,
  defineSweepStore,
  type HoldStore,
  type IntakeStore,
  type KeyRing,
  optionsOf,
  type RequestStore,
  type ResultAsync,
  type SourceStatusStore,
  type SuppressionStore,
  type SweepStore,
} from "@subject-rights/core";
import { databaseOf } from "../database/database.ts";
import { type Migrated, migrate } from "../migrations/migrate.ts";
import { schemaCheck } from "../migrations/schema-version.ts";
import { artifactStoreOver } from "./artifact-store.ts";
import { checkpointStoreOver } from "./checkpoint-store.ts";
import type { MigrationFailed, SchemaTooNew } from "./errors.ts";
import { holdStoreOver } from "./hold-store.ts";
import { intakeStoreOver } from "./intake-store.ts";
import { type KeyRingOptions, keyRingOptions, keyRingOver } from "./key-ring.ts";
import { requestStoreOver } from "./request-store.ts";
import { sourceStatusStoreOver } from "./source-status-store.ts";
import { suppressionStoreOver } from "./suppression-store.ts";
import { sweepStoreOver } from "./sweep-store.ts";
import { defaultSchema } from "./tables.ts";

export type PostgresStorageOptions = KeyRingOptions;

export interface PostgresStorage {
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
  /** Makes the tables, or brings them up to date; see the function `migrate`. To be awaited before anything else. */
  migrate(): ResultAsync<Migrated, SchemaTooNew | MigrationFailed>;
}

/**
 * Every storage port over the application's own client: `createSubjectRights({ ...postgresStorage({ … }), … })`.
 *
 * Until `migrate` was run, every operation fails with `StorageFailed`, whose `cause` (`SchemaNotMigrated`,
 * `SchemaTooNew`) says what to do.
 *
 * @throws ConfigurationMistake where the master key has not 32 bytes, or the client or the name of the schema cannot
 *   be one
 */
export const postgresStorage = (options: PostgresStorageOptions): PostgresStorage => {
  const { client, schema = defaultSchema } = optionsOf("postgresStorage", keyRingOptions, options);
  const ready = schemaCheck(databaseOf(client), schema);
  return {
    requestStore: defineRequestStore(requestStoreOver(options, ready)),
    artifactStore: defineArtifactStore(artifactStoreOver(options, ready)),
    sourceStatusStore: defineSourceStatusStore(sourceStatusStoreOver(options, ready)),
    keyRing: defineKeyRing(keyRingOver(options, ready)),
    sweepStore: defineSweepStore(sweepStoreOver(options, ready)),
    holdStore: defineHoldStore(holdStoreOver(options, ready)),
    suppressionStore: defineSuppressionStore(suppressionStoreOver(options, ready)),
    checkpointStore: defineCheckpointStore(checkpointStoreOver(options, ready)),
    intakeStore: defineIntakeStore(intakeStoreOver(options, ready)),
    migrate: () => migrate({ client, schema }),
  };
};
