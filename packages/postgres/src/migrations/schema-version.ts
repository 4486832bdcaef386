import type { Database, Session } from "../database/database.ts";
import { sqlState } from "../database/failure.ts";
import { sql } from "../sql/sql.ts";
import { SchemaNotMigrated, SchemaTooNew } from "../store/errors.ts";
import { tablesIn } from "../store/tables.ts";
import { knownVersion } from "./migrations.ts";

/** undefined_table, which a missing schema is answered with as well; and invalid_schema_name. */
const notThere: readonly (string | undefined)[] = ["42P01", "3F000"];

/** The version of the schema; 0 where there are no tables. Not for the inside of a transaction, which it may end. */
export const schemaVersion = async (session: Session, schema: string): Promise<number> => {
  try {
    const [row] = await session.query(
      sql`select coalesce(max(number), 0)::text as version from ${tablesIn(schema).migration}`,
    );
    return Number(row?.["version"]);
  } catch (thrown) {
    if (notThere.includes(sqlState(thrown))) return 0;
    throw thrown;
  }
};

export type SchemaCheck = () => Promise<void>;

/**
 * Makes sure that the tables are those that this code knows. Asks once: when that was answered with yes, the
 * tables are as they were until somebody deploys other code.
 *
 * @throws SchemaNotMigrated, SchemaTooNew
 */
export const schemaCheck = (database: Database, schema: string): SchemaCheck => {
  const look = async (): Promise<void> => {
    const version = await schemaVersion(database, schema);
    if (version < knownVersion) throw new SchemaNotMigrated(schema, version, knownVersion);
    if (version > knownVersion) throw new SchemaTooNew(schema, version, knownVersion);
  };
  let looked: Promise<void> | null = null;
  return () => {
    looked ??= look().catch((thrown: unknown) => {
      looked = null;
      throw thrown;
    });
    return looked;
  };
};
