import { orThrow, subjectOf } from "@subject-rights/core";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type Belonging, type DataMap, postgresDataSource, type TableMap } from "../../src/index.ts";
import { createDatabase, type TestDatabase } from "../support/database.ts";
import { callFor } from "./people.ts";

let database: TestDatabase;
beforeAll(async () => {
  database = await createDatabase();
  await database.pool.query(`
    create table users (id int primary key, email text, phone text);
    create table orders (id int primary key, buyer int references users);
    create table calls (id int primary key, phone text);
    insert into users values (1, 'ann@x.org', '1'), (2, 'bob@x.org', '2'), (3, 'cleo@x.org', '2'), (4, 'dan@x.org', '4'),
      (5, 'dan@x.org', '4');
    insert into orders values (1, 1), (2, 2), (3, 3), (4, 3);
    insert into calls values (1, '2'), (2, '5')`);
});
afterAll(() => database.drop());

const byPhone: Belonging = { column: "phone", identifier: "telephone", shared: true };
const table = (name: string, belongs: TableMap["belongs"]): TableMap => ({
  table: name,
  title: name,
  category: "customer-data",
  belongs,
  columns: {},
  erasure: "delete",
});
const dataMap: DataMap = {
  tenant: { only: "tenant-one" },
  tables: [
    table("users", [{ column: "email", identifier: "email" }, byPhone]),
    table("orders", { references: "users" }),
    table("calls", byPhone),
  ],
};
const unable = (): never => {
  throw new Error("the source cannot");
};

it.each([
  // Nobody else has it.
  ["ann", 0],
  // Cleo with two orders, and a call of one of the two.
  ["bob", 4],
  // Two accounts of one person.
  ["dan", 0],
])(
  "whoever decides about a shared identifier is told how many rows it would add: %s",
  async (name, others) => {
    const source = postgresDataSource({ client: database.pool, dataMap });
    const subject = subjectOf([{ type: "email", value: `${name}@x.org` }]);
    const found = orThrow((await source.identify?.(subject, callFor())) ?? unable());
    expect(found.filter(({ type }) => type === "telephone")).toMatchObject([{ shared: true, others }]);
  },
);
