import { err, ok, optionsOf, type Result, ResultAsync } from "@subject-rights/core";
import type { PostgresClient } from "../database/client.ts";
import { databaseOf, type Session } from "../database/database.ts";
import { emptySql, name, type Sql, sql } from "../sql/sql.ts";
import { MigrationFailed, SchemaTooNew } from "../store/errors.ts";
import { defaultSchema, tablesIn } from "../store/tables.ts";
import { knownVersion, migrations } from "./migrations.ts";
import { schemaVersion } from "./schema-version.ts";

export interface MigrateOptions {
  readonly client: PostgresClient;
  /** The schema that the store has for itself. Default: `subject_rights`. */
  readonly schema?: string | undefined;
}

export interface Migrated {
  /** The version that the schema has now. */
  readonly version: number;
  /** The migrations that this call applied; empty where somebody else had. */
  readonly applied: readonly number[];
}

/**
 * One number for every process and every schema: what holds this advisory lock is migrating. Schemas in one
 * database wait for each other, for the moment that it takes.
 */
const lock = sql`select pg_advisory_xact_lock(7463895120446712)::text`;

/**
 * Makes the tables of the store, or brings them up to date: everything in one transaction, and each migration
 * once, however many processes start at the same moment. Where everything is there already it changes nothing,
 * and needs no privilege but to read.
 *
 * Errors: `SchemaTooNew` where newer code made the tables; `MigrationFailed` for everything else.
 *
 * @throws ConfigurationMistake where the client or the name of the schema cannot be one
 */
export const migrate = (options: MigrateOptions): ResultAsync<Migrated, SchemaTooNew | MigrationFailed> => {
  const { client, schema = defaultSchema } = optionsOf("migrate", { client: true, schema: true }, options);
  const database = databaseOf(client);
  const { migration } = tablesIn(schema);

  const isThere = async (session: Session, wanted: Sql): Promise<boolean> => {
    const rows = await session.query(sql`select 1::text as found from pg_namespace n ${wanted}`);
    return rows.length > 0;
  };

  const work = async (session: Session): Promise<Result<Migrated, SchemaTooNew>> => {
    await session.query(lock);
    // A schema that an administrator made is enough: making one takes a privilege on the whole database.
    if (!(await isThere(session, sql`where n.nspname = ${schema}`))) {
      await session.query(sql`create schema ${name(schema)}`);
    }
    const hasTables = await isThere(
      session,
      sql`join pg_class c on c.relnamespace = n.oid where n.nspname = ${schema} and c.relname = 'migration'`,
    );
    const [row] = hasTables
      ? await session.query(sql`select coalesce(max(number), 0)::text as version from ${migration}`)
      : [];
    const version = Number(row?.["version"] ?? 0);
    if (version > knownVersion) return err(new SchemaTooNew(schema, version, knownVersion));
    const missing = migrations.filter(({ number }) => number > version);
    for (const statement of missing.flatMap(({ statements }) => statements(schema))) {
      await session.query(statement);
    }
    return ok({ version: knownVersion, applied: missing.map(({ number }) => number) });
  };

  return new ResultAsync(
    (async (): Promise<Result<Migrated, SchemaTooNew | MigrationFailed>> => {
      try {
        if ((await schemaVersion(database, schema)) === knownVersion) {
          return ok({ version: knownVersion, applied: [] });
        }
        return await database.transaction(work);
      } catch (cause) {
        return err(new MigrationFailed(schema, { cause }));
      }
    })(),
  );
};

/**
 * What `migrate` would run, for teams that run migrations themselves: one transaction, for `psql` or any tool that
 * takes several statements. It records what it applied; run where that is applied already, it changes nothing and
 * fails.
 *
 * @param options `from`: the version that the schema has; 0 where there is none
 * @throws ConfigurationMistake for a name that cannot be one
 */
export const migrationSql = (
  options: { readonly schema?: string | undefined; readonly from?: number | undefined } = {},
): string => {
  const { schema = defaultSchema, from = 0 } = optionsOf(
    "migrationSql",
    { schema: true, from: true },
    options,
  );
  const statements = [
    sql`begin`,
    lock,
    from === 0 ? sql`create schema if not exists ${name(schema)}` : emptySql,
    ...migrations.filter(({ number }) => number > from).flatMap((each) => each.statements(schema)),
    sql`commit`,
  ];
  return printed(statements.filter((statement) => statement !== emptySql));
};

/** Statements without parameters, as a script. */
export const printed = (statements: readonly Sql[]): string =>
  statements.map((statement) => `${statement.compile().text};\n`).join("\n");
