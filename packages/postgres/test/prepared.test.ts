import { randomBytes } from "node:crypto";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Database, databaseOf } from "../src/database/database.ts";
import { name, type Sql, sql } from "../src/sql/sql.ts";
import { createDatabase, type TestDatabase } from "./support/database.ts";

let place: TestDatabase;
let client: pg.Client;
let database: Database;
beforeAll(async () => {
  place = await createDatabase();
});
afterAll(() => place.drop());

const connected = async (): Promise<void> => {
  client = new pg.Client({ connectionString: place.url });
  await client.connect();
  database = databaseOf(client);
};

/** How many statements of ours the connection keeps. */
const kept = async (): Promise<number> => {
  const { rows } = await client.query(
    "select name from pg_prepared_statements where name like 'subject\\_rights\\_%'",
  );
  return rows.length;
};

const newTable = async (): Promise<Sql> => {
  const table = name(`prepared_${randomBytes(6).toString("hex")}`);
  await database.query(sql`create table ${table} (x int)`);
  return table;
};

const inserting = (table: Sql, x: number): Sql => sql`insert into ${table} values (${x}::int)`.prepared();

const valuesIn = async (table: Sql): Promise<(string | null | undefined)[]> => {
  const rows = await database.query(sql`select x::text as x from ${table} order by x`);
  return rows.map(({ x }) => x);
};

describe("a prepared statement", () => {
  beforeAll(connected);
  afterAll(() => client.end());

  it("is prepared once on a connection, whatever its values", async () => {
    const table = await newTable();
    for (const x of [1, 2, 3]) await database.query(inserting(table, x));
    expect(await valuesIn(table)).toEqual(["1", "2", "3"]);
    expect(await kept()).toBe(1);
  });
});

describe("a connection that does not keep what is prepared, as behind some poolers,", () => {
  const losses: Record<string, () => Promise<unknown>> = {
    "has lost it": () => client.query("deallocate all"),
    "has another one by that name": async () => {
      const { rows } = await client.query("select name from pg_prepared_statements");
      await client.query("deallocate all");
      // The client believes that it is there; the next connection of the server has it from somebody else.
      for (const { name: taken } of rows as { name: string }[]) {
        await client.query(`prepare ${taken} as select 1`);
      }
      Object.assign(client, {
        connection: Object.assign(client["connection" as never], { parsedStatements: {} }),
      });
    },
  };

  describe.each(Object.entries(losses))("%s:", (_, lose) => {
    it("the statement is sent again as it is, and once", async () => {
      await connected();
      const table = await newTable();
      await database.query(inserting(table, 1));
      await lose();
      await database.query(inserting(table, 2));
      await database.query(inserting(table, 3));
      expect(await valuesIn(table)).toEqual(["1", "2", "3"]);
      await client.end();
    });

    it("the whole transaction is made again", async () => {
      await connected();
      const table = await newTable();
      await database.query(inserting(table, 1));
      await lose();
      await database.transaction(async (session) => {
        await session.query(sql`insert into ${table} values (2)`);
        await session.query(inserting(table, 3));
      });
      expect(await valuesIn(table)).toEqual(["1", "2", "3"]);
      await client.end();
    });
  });

  it("has a table changed under it: the statement is planned anew", async () => {
    await connected();
    const table = await newTable();
    const all = sql`select * from ${table}`.prepared();
    await database.query(inserting(table, 1));
    await database.query(all);
    await database.query(sql`alter table ${table} add column y int default 2`);
    expect(await database.query(all)).toEqual([{ x: 1, y: 2 }]);
    await client.end();
  });
});
