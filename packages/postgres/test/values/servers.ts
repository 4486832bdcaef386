import type { Value } from "@subject-rights/core";
import pg from "pg";
import { type Database, databaseOf } from "../../src/database/database.ts";
import { join, name, type Sql, sql } from "../../src/sql/sql.ts";
import { textOf } from "../../src/values/text-of.ts";
import { textSettings } from "../../src/values/text-settings.ts";
import { readTypes } from "../../src/values/types.ts";
import { valueReader } from "../../src/values/value-reader.ts";
import { createDatabase } from "../support/database.ts";
import { createPglite, freePglite } from "../support/pglite.ts";

export interface Opened {
  /** Over one connection, so that what a test sets is set for what it reads. */
  readonly database: Database;
  close(): Promise<void>;
}

export const servers: Readonly<Record<string, () => Promise<Opened>>> = {
  PostgreSQL: async () => {
    const made = await createDatabase();
    const client = new pg.Client({ connectionString: made.url });
    await client.connect();
    return {
      database: databaseOf(client),
      close: async () => {
        await client.end();
        await made.drop();
      },
    };
  },
  PGlite: async () => {
    const pglite = await createPglite();
    return { database: databaseOf(pglite), close: () => freePglite(pglite) };
  },
};

/** Reads the columns of a table as an export does. */
export const readerOf = async (
  database: Database,
  table: string,
  columns: readonly string[],
): Promise<() => Promise<readonly Value[][]>> => {
  const found = await database.query(sql`select attname::text as column, atttypid::text as type
    from pg_attribute where attrelid = ${table}::regclass and attnum > 0 and attname = any (${columns})`);
  const oids = columns.map((column) => Number(found.find((each) => each["column"] === column)?.["type"]));
  const types = await database.transaction((session) => readTypes(session, oids));
  const readers = oids.map((oid) => valueReader(types, oid));
  const texts = columns.map((column, index) => sql`${textOf(name(column))} as ${name(`column ${index}`)}`);
  return () =>
    database.transaction(async (session) => {
      await session.query(textSettings);
      const rows = await session.query(sql`select ${join(texts)} from ${name(table)}`);
      return rows.map((row) => readers.map((read, index) => read(row[`column ${index}`] ?? null)));
    });
};

/** One value of an expression: through a real column, since what has no table has no type that is known. */
export const readOne = async (database: Database, type: Sql, expression: Sql): Promise<Value> => {
  await database.query(sql`drop table if exists single`);
  await database.query(sql`create table single (value ${type})`);
  await database.query(sql`insert into single values (${expression})`);
  const read = await readerOf(database, "single", ["value"]);
  return (await read())[0]?.[0];
};
