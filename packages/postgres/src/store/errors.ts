import { SubjectRightsError } from "@subject-rights/core";

/** The tables of the store are not there, or older than this code: `migrate()` has to run first. */
export class SchemaNotMigrated extends SubjectRightsError {
  readonly code = "schema-not-migrated";
  /** 0 where there are no tables. */
  readonly found: number;
  readonly needed: number;

  constructor(schema: string, found: number, needed: number) {
    super(
      `The schema ${JSON.stringify(schema)} is at version ${found}, and this code needs version ${needed}. ` +
        "Call migrate() before the store is used, or run what migrationSql() prints.",
    );
    this.found = found;
    this.needed = needed;
  }
}

/** The tables of the store were made by newer code: this code would not know what it stores there. */
export class SchemaTooNew extends SubjectRightsError {
  readonly code = "schema-too-new";
  readonly found: number;
  readonly known: number;

  constructor(schema: string, found: number, known: number) {
    super(
      `The schema ${JSON.stringify(schema)} is at version ${found}, and this code knows versions up to ${known}. ` +
        "Deploy the version of @subject-rights/postgres that made it, or a newer one.",
    );
    this.found = found;
    this.known = known;
  }
}

/** The tables could not be made or looked at; nothing was changed. `cause` is what the driver threw. */
export class MigrationFailed extends SubjectRightsError {
  readonly code = "migration-failed";
  override readonly retryable = true;

  constructor(schema: string, options: ErrorOptions) {
    super(`The schema ${JSON.stringify(schema)} could not be migrated; nothing was changed.`, options);
  }
}
