import { randomBytes } from "node:crypto";
import { orThrow } from "@subject-rights/core";
import { type PostgresClient, type PostgresStorage, postgresStorage } from "@subject-rights/postgres";
import type {
  ArtifactStoreFixture,
  Breakable,
  CheckpointStoreFixture,
  HoldStoreFixture,
  IntakeStoreFixture,
  KeyRingFixture,
  RequestStoreHarness,
  SourceStatusStoreFixture,
  StorageHarness,
  SuppressionStoreFixture,
  SweepStoreHarness,
} from "@subject-rights/testing";
import { databaseOf } from "../../src/database/database.ts";
import { foreignStatement, name, sql } from "../../src/sql/sql.ts";

export const masterKey: Uint8Array = randomBytes(32);

export const newSchema = (): string => `store_${randomBytes(6).toString("hex")}`;

/** Every row of every table of the schema: texts as they are, bytes in hexadecimal. */
export const dumpOf = async (client: PostgresClient, schema: string): Promise<string> => {
  const database = databaseOf(client);
  const tables = await database.query(sql`select c.relname::text as name from pg_class c
    join pg_namespace n on n.oid = c.relnamespace where n.nspname = ${schema} and c.relkind = 'r'`);
  const rows: string[] = [];
  for (const { name: table } of tables) {
    const found = await database.query(
      sql`select to_json(t)::text as row from ${name(schema, table ?? "")} t`,
    );
    rows.push(...found.map(({ row }) => row ?? ""));
  }
  return rows.join("\n");
};

export interface Access {
  /** As who the store works. */
  readonly client: PostgresClient;
  /** As who tables are made and looked into. */
  readonly owner: PostgresClient;
}

/** A storage in a schema of its own. */
export const freshStorage = async (
  { client, owner }: Access,
  prepare: (schema: string) => Promise<void> = async () => undefined,
): Promise<{ readonly storage: PostgresStorage; readonly schema: string }> => {
  const schema = newSchema();
  orThrow(await postgresStorage({ client: owner, schema, masterKey }).migrate());
  await prepare(schema);
  return { storage: postgresStorage({ client, schema, masterKey }), schema };
};

/** Forgets everything that a storage has stored, the audit included, which refuses that to everybody else. */
export const emptied = async (owner: PostgresClient, schema: string): Promise<void> => {
  const script = `do $$ declare each record; has_rows boolean; guard text; begin
    for each in select c.oid, c.oid::regclass::text as name from pg_class c
      where c.relnamespace = '${schema}'::regnamespace and c.relkind = 'r' and c.relname <> 'migration'
    loop
      execute format('select exists (select from %s)', each.name) into has_rows;
      continue when not has_rows;
      select tgname into guard from pg_trigger where tgrelid = each.oid and tgenabled = 'A';
      if guard is null then
        execute format('delete from %s', each.name);
      else
        execute format('alter table %s disable trigger %I', each.name, guard);
        execute format('delete from %s', each.name);
        execute format('alter table %s enable always trigger %I', each.name, guard);
      end if;
    end loop; end $$`;
  await databaseOf(owner).query(foreignStatement(script, []));
};

export interface Harnesses {
  readonly requestStore: RequestStoreHarness;
  readonly artifactStore: StorageHarness<ArtifactStoreFixture>;
  readonly keyRing: StorageHarness<KeyRingFixture>;
  readonly sourceStatusStore: StorageHarness<SourceStatusStoreFixture>;
  readonly holdStore: StorageHarness<HoldStoreFixture>;
  readonly intakeStore: StorageHarness<IntakeStoreFixture>;
  readonly suppressionStore: StorageHarness<SuppressionStoreFixture>;
  readonly checkpointStore: StorageHarness<CheckpointStoreFixture>;
  readonly sweepStore: SweepStoreHarness;
}

/**
 * Harnesses over one way to get at a database. What breaks is a client made for that case alone. A schema is used again
 * when a case is over, emptied: making its tables takes longer than most cases do.
 */
export const harnessesOver = (
  shared: () => Access,
  breakable: () => Promise<Access & { breakIt(): Promise<void> }>,
  prepare?: (schema: string) => Promise<void>,
): Harnesses => {
  const free: string[] = [];
  const emptySchema = async (access: Access): Promise<string> => {
    const used = free.pop();
    if (used === undefined) return (await freshStorage(access, prepare)).schema;
    await emptied(access.owner, used);
    return used;
  };
  const both = <Part extends object>(part: (storage: PostgresStorage) => Part) => {
    const over = async (access: Access) => {
      const schema = await emptySchema(access);
      return {
        ...part(postgresStorage({ client: access.client, schema, masterKey })),
        dump: () => dumpOf(access.owner, schema),
        close: async () => void free.push(schema),
      };
    };
    return {
      make: () => over(shared()),
      makeBreakable: async (): Promise<Part & { dump(): Promise<string> } & Breakable> => {
        const access = await breakable();
        return { ...(await over(access)), breakIt: () => access.breakIt() };
      },
    };
  };
  return {
    requestStore: both(({ requestStore }) => ({ store: requestStore })),
    artifactStore: both(({ artifactStore }) => ({ store: artifactStore })),
    keyRing: both(({ keyRing }) => ({ keyRing })),
    sourceStatusStore: both(({ sourceStatusStore }) => ({ store: sourceStatusStore })),
    holdStore: both(({ holdStore }) => ({ store: holdStore })),
    checkpointStore: both(({ checkpointStore, requestStore, sweepStore }) => ({
      store: checkpointStore,
      requests: requestStore,
      sweeps: sweepStore,
    })),
    intakeStore: both(({ intakeStore }) => ({ store: intakeStore })),
    suppressionStore: both(({ suppressionStore }) => ({ store: suppressionStore })),
    sweepStore: {
      transactions: true,
      ...both(({ sweepStore, requestStore }) => ({ store: sweepStore, requests: requestStore })),
    },
  };
};
