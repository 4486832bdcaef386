import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { orThrow } from "@subject-rights/core";
import { migrate, migrationSql, postgresStorage, privilegesSql } from "@subject-rights/postgres";
import { unwrapError } from "@subject-rights/testing";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { migrations } from "../../src/migrations/migrations.ts";
import { createDatabase, type TestDatabase } from "../support/database.ts";
import { masterKey, newSchema } from "./fixtures.ts";

let database: TestDatabase;
beforeAll(async () => {
  database = await createDatabase();
});
afterAll(() => database.drop());

const works = async (schema: string): Promise<void> => {
  const { sourceStatusStore, keyRing } = postgresStorage({ client: database.pool, schema, masterKey });
  expect(orThrow(await sourceStatusStore.list({ tenant: "halmstrand" }))).toEqual([]);
  orThrow(await keyRing.create("key"));
  expect(orThrow(await keyRing.use("key"))).toHaveLength(32);
};

const all = migrations.map(({ number }) => number);
const newest = all.length;

const isThorough = inject("isThorough");
const processes = isThorough ? 8 : 2;

describe("migrate", () => {
  it("counts from one, without gaps", () => {
    expect(all).toEqual(Array.from({ length: newest }, (_, index) => index + 1));
  });

  it("applies everything once, and nothing the second time", async () => {
    const schema = newSchema();
    const options = { client: database.pool, schema };
    expect(orThrow(await migrate(options))).toEqual({ version: newest, applied: all });
    expect(orThrow(await migrate(options))).toEqual({ version: newest, applied: [] });
    await works(schema);
  });

  it(`applies everything once for ${processes} processes that start at the same moment`, async () => {
    const schema = newSchema();
    const script = join(import.meta.dirname, "migrating-process.ts");
    const outputs = await Promise.all(
      Array.from({ length: processes }, () =>
        promisify(execFile)(process.execPath, ["--conditions=source", script, database.url, schema]),
      ),
    );
    expect(outputs.map(({ stdout }) => stdout).toSorted()).toEqual(
      [JSON.stringify(all), ...Array(processes - 1).fill("[]")].toSorted(),
    );
    await works(schema);
  }, 60_000);

  it("applies everything once over pools and single clients at the same moment", async () => {
    const schema = newSchema();
    const clients = await Promise.all(
      Array.from({ length: isThorough ? 12 : 4 }, async (_, index) => {
        if (index % 2 === 0) return database.another();
        const client = new pg.Client({ connectionString: database.url });
        await client.connect();
        return client;
      }),
    );
    const answers = await Promise.all(clients.map((client) => migrate({ client, schema })));
    expect(answers.flatMap((answer) => orThrow(answer).applied)).toEqual(all);
    await Promise.all(clients.map((client) => client.end()));
  });

  /** The others are more of the same. */
  const names = [
    "with \"quotes\" and 'others'",
    "%s; $body$; drop schema public; -- \\ 山田",
    "x".repeat(63),
  ];
  const more = ["Subject Rights", "ünïcödé 山田", "$body$", "select", "pct % \\ back"];

  it.each(isThorough ? [...names, ...more] : names)("takes the name %s", async (schema) => {
    orThrow(await migrate({ client: database.pool, schema }));
    await works(schema);
    const { rows } = await database.pool.query("select 1 from pg_namespace where nspname = $1", [schema]);
    expect(rows).toHaveLength(1);
  });

  it.each(["", "x".repeat(64), "ü".repeat(32), "a\0b"])("refuses the name %j", (schema) => {
    const mistake = expect.objectContaining({ code: "configuration-mistake" });
    expect(() => migrate({ client: database.pool, schema })).toThrow(mistake);
    expect(() => postgresStorage({ client: database.pool, schema, masterKey })).toThrow(mistake);
    expect(() => migrationSql({ schema })).toThrow(mistake);
  });

  it("refuses a schema that newer code made, and so does every operation", async () => {
    const schema = newSchema();
    const storage = postgresStorage({ client: database.pool, schema, masterKey });
    orThrow(await storage.migrate());
    await database.pool.query(`insert into ${schema}.migration (number) values (${newest + 1})`);
    const tooNew = { code: "schema-too-new", found: newest + 1, known: newest };
    expect(unwrapError(await storage.migrate())).toMatchObject(tooNew);
    const read = await storage.requestStore.read({ tenant: "halmstrand", id: "a" });
    expect(unwrapError(read)).toMatchObject({ code: "storage-failed", cause: tooNew });
  });

  it("changes nothing where it fails half-way", async () => {
    const schema = newSchema();
    await database.pool.query(`create schema ${schema}; create table ${schema}.source_status (x int)`);
    const failed = await migrate({ client: database.pool, schema });
    expect(unwrapError(failed)).toMatchObject({ code: "migration-failed", cause: { code: "42P07" } });
    const { rows } = await database.pool.query(
      "select relname from pg_class where relnamespace = $1::regnamespace and relkind = 'r'",
      [schema],
    );
    expect(rows).toEqual([{ relname: "source_status" }]);
  });

  it("runs for a role that may only use the tables, once they are there", async () => {
    const [schema, role] = [newSchema(), `role_${newSchema()}`];
    await database.pool.query(`create role ${role}`);
    const limited = database.another({ options: `-c role=${role}` });
    const refused = await migrate({ client: limited, schema });
    expect(unwrapError(refused)).toMatchObject({ code: "migration-failed", cause: { code: "42501" } });
    orThrow(await migrate({ client: database.pool, schema }));
    await database.pool.query(privilegesSql({ schema, role }));
    expect(orThrow(await migrate({ client: limited, schema })).applied).toEqual([]);
    await limited.end();
    await database.pool.query(`drop owned by ${role}; drop role ${role}`);
  });
});

describe("migrationSql", () => {
  it("prints what works when it is run as it is, and records itself", async () => {
    const schema = `printed "${newSchema()}"`;
    await database.pool.query(migrationSql({ schema }));
    expect(orThrow(await migrate({ client: database.pool, schema })).applied).toEqual([]);
    await works(schema);
    // A second time it fails as a whole.
    const client = new pg.Client({ connectionString: database.url });
    await client.connect();
    await expect(client.query(migrationSql({ schema }))).rejects.toMatchObject({ code: "42P07" });
    await client.end();
    await works(schema);
  });

  it("makes the same as migrate", async () => {
    const client = database.pool;
    const [printed, migrated] = [newSchema(), newSchema()];
    await client.query(migrationSql({ schema: printed }));
    orThrow(await migrate({ client, schema: migrated }));
    const describeAll = async (schema: string) =>
      (
        await client.query(
          `select table_name, column_name, data_type, is_nullable, collation_name
            from information_schema.columns where table_schema = $1 order by 1, ordinal_position`,
          [schema],
        )
      ).rows;
    expect(await describeAll(printed)).toEqual(await describeAll(migrated));
    expect(await describeAll(printed)).not.toEqual([]);
  });
});
