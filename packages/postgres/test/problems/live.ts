import { afterAll, beforeAll, expect } from "vitest";
import type { DataMap, TableMap, Unlink } from "../../src/data-map/data-map.ts";
import type { MapProblem } from "../../src/data-map/problem.ts";
import { databaseOf } from "../../src/database/database.ts";
import { checkMap } from "../../src/problems/check-map.ts";
import { createDatabase, type TestDatabase } from "../support/database.ts";

/** A schema, a map of it, and the problems that this must have: code, table, column. */
export interface Case {
  readonly name: string;
  readonly schema: string;
  readonly map: DataMap;
  readonly expected: readonly (readonly [code: MapProblem["code"], table: string, column: string | null])[];
}

/** A database of its own for a test file; `reset` empties it and makes a schema in it. */
export const liveDatabase = () => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await createDatabase();
  });
  afterAll(() => database.drop());
  const reset = async (schema: string) => {
    await database.pool.query(
      "drop schema if exists other, extra cascade; drop schema public cascade; create schema public",
    );
    await database.pool.query(schema);
  };
  return {
    reset,
    pool: () => database.pool,
    another: (...options: Parameters<TestDatabase["another"]>) => database.another(...options),
    check: (map: DataMap) => checkMap(map, databaseOf(database.pool)),
    expectProblems: async ({ schema, map, expected }: Case) => {
      await reset(schema);
      const { problems } = await checkMap(map, databaseOf(database.pool));
      const told = problems.map(({ code, table, column }) => [code, table, column]);
      expect(told, problems.map(({ message }) => message).join("\n")).toEqual(expected);
    },
  };
};

type Part = Omit<Partial<TableMap>, "table"> & Pick<TableMap, "belongs">;

/** A table whose rows are deleted, unless the part says otherwise. */
export const mapped = (table: TableMap["table"], part: Part): TableMap => ({
  table,
  title: typeof table === "string" ? table : table.name,
  category: "customer-data",
  columns: {},
  erasure: "delete",
  ...part,
});

export const mapOf = (tables: readonly TableMap[], unlink: readonly Unlink[] = []): DataMap => ({
  tenant: { only: "halmstrand" },
  tables,
  unlink,
});

export const byEmail = { column: "email", identifier: "email" } as const;

/** Halmstrand's people; their rows are deleted. */
export const peopleTable =
  "create table people (id int primary key, email text not null unique, name text, number text, note text);";
export const people = mapped("people", { belongs: byEmail });
