/**
 * Subject Rights on PostgreSQL: a store that survives a crash at any moment, a data source that is declared rather
 * than programmed, and a check of what the declaration forgets.
 *
 * {@include ../README.md}
 *
 * @module @subject-rights/postgres
 */

// The application's own client
export type {
  PgliteShape,
  PooledConnection,
  PoolShape,
  PostgresClient,
  Queryable,
} from "./database/client.ts";

// The store
export { type Migrated, type MigrateOptions, migrate, migrationSql } from "./migrations/migrate.ts";
export { privilegesSql } from "./migrations/privileges.ts";
export { postgresArtifactStore } from "./store/artifact-store.ts";
export { MigrationFailed, SchemaNotMigrated, SchemaTooNew } from "./store/errors.ts";
export { type KeyRingOptions, postgresKeyRing } from "./store/key-ring.ts";
export { type RewrapOptions, type RewrappedKeys, rewrapKeys } from "./store/rewrap-keys.ts";
export { postgresRequestStore } from "./store/request-store.ts";
export type { StoreOptions } from "./store/store-options.ts";
export { postgresSourceStatusStore } from "./store/source-status-store.ts";
export { postgresSweepStore } from "./store/sweep-store.ts";
export { postgresHoldStore } from "./store/hold-store.ts";
export { postgresCheckpointStore } from "./store/checkpoint-store.ts";
export { postgresIntakeStore } from "./store/intake-store.ts";
export { postgresSuppressionStore } from "./store/suppression-store.ts";
export { type PostgresStorage, type PostgresStorageOptions, postgresStorage } from "./store/storage.ts";

// The data source
export {
  type PlannedPerson,
  type PostgresDataSource,
  type PostgresDataSourceOptions,
  postgresDataSource,
} from "./source/postgres-data-source.ts";
export type { ErasurePlan, PlannedCollection } from "./source/plan.ts";
export type {
  Anonymisation,
  BackReference,
  Belonging,
  Coarser,
  ColumnDetail,
  ColumnMap,
  DataMap,
  Erasure,
  Kept,
  MatchedColumn,
  Reference,
  Replacement,
  Retention,
  RetentionPeriod,
  TableMap,
  TableName,
  Unlink,
  Waiver,
} from "./data-map/data-map.ts";
export { DataMapUnfit } from "./data-map/data-map-unfit.ts";
export { type MapProblem, type MapProblemCode, mapProblemCodes } from "./data-map/problem.ts";

// Coverage
export { coverage } from "./coverage/coverage.ts";
export { type Coverage, type CoverageCode, type CoverageGap, coverageCodes } from "./coverage/gap.ts";
