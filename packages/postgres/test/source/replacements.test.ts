import { orThrow, subjectOf } from "@subject-rights/core";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type DataMap, postgresDataSource } from "../../src/index.ts";
import { createDatabase, type TestDatabase } from "../support/database.ts";
import { callFor, pagesOf } from "./people.ts";

let database: TestDatabase;
beforeAll(async () => {
  database = await createDatabase();
});
afterAll(() => database.drop());

const unable = (): never => {
  throw new Error("the source cannot");
};

const cases = [
  ["email", "text", "removed@x.org", ["removed@x.org"]],
  ["username", "text", "removed", ["removed"]],
  ["username", "char(20)", "removed", ["removed"]],
  ["card", "bigint", 0, ["0", "00"]],
] as const;

it.each(cases)(
  "what is put in the place of every %s (%s) is nobody's: %s",
  async (identifier, type, constant, written) => {
    await database.pool.query(`drop schema public cascade; create schema public;
    create table users (id int primary key, name ${type});
    create table invoices (id int primary key, user_id int not null references users);
    insert into users values (1, '${identifier === "card" ? "11" : "ann@x.org"}'), (2, '${identifier === "card" ? "12" : "bob@x.org"}');
    insert into invoices values (1, 1), (2, 2)`);
    const dataMap: DataMap = {
      tenant: { only: "tenant-one" },
      tables: [
        {
          table: "users",
          title: "users",
          category: "customer-data",
          belongs: [
            { column: "name", identifier },
            { column: "id", identifier: "user-id" },
          ],
          columns: { id: "exported", name: { anonymise: { constant } } },
          erasure: "anonymise",
        },
        {
          table: "invoices",
          title: "invoices",
          category: "customer-data",
          belongs: { references: "users" },
          columns: { id: "exported", user_id: "exported" },
          erasure: { retain: { reason: "§ 147 AO", until: "2090-12-31" } },
        },
      ],
    };
    const source = postgresDataSource({ client: database.pool, dataMap });
    expect(orThrow(await source.check())).toEqual([]);
    const [ann, bob] = ["1", "2"].map((value) => subjectOf([{ type: "user-id", value }]));
    if (ann === undefined || bob === undefined) throw new Error("nobody");
    orThrow((await source.eraseMany?.([ann, bob], callFor())) ?? unable());
    const told = orThrow((await source.identify?.(ann, callFor())) ?? unable());
    expect(told.filter((each) => each.type === identifier)).toEqual([]);
    for (const value of written) {
      const asked = subjectOf([{ type: identifier, value }]);
      expect((await pagesOf(source, asked)).flatMap(({ rows }) => rows)).toEqual([]);
      const found = orThrow((await source.locate?.(asked, callFor())) ?? unable());
      expect(found.map(({ count }) => count)).toEqual([0, 0]);
      expect(orThrow((await source.eraseMany?.([asked, ann], callFor())) ?? unable())).toHaveLength(2);
    }
    // Their own number finds what is theirs.
    const pages = await pagesOf(source, ann);
    expect(pages.flatMap(({ collection, rows }) => (collection === "invoices" ? rows : []))).toEqual([
      { id: 1, user_id: 1 },
    ]);
  },
);
