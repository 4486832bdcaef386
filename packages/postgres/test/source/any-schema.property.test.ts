import { identifiedSubject, orThrow, type Subject, subjectOf } from "@subject-rights/core";
import fc from "fast-check";
import { afterAll, beforeAll, expect, inject, it } from "vitest";
import { postgresDataSource } from "../../src/index.ts";
import { createDatabase, type TestDatabase } from "../support/database.ts";
import { anySchema, belongingsIn, makeSchema, mapOfSchema, type Names } from "./any-schema.ts";
import { callFor, pagesOf } from "./people.ts";

let database: TestDatabase;
beforeAll(async () => {
  database = await createDatabase();
});
afterAll(() => database.drop());

const call = callFor("t", "user-data");
const subjectWith = ({ emails, numbers }: Names): Subject =>
  subjectOf([
    ...[...emails].map((value) => ({ type: "email", value })),
    ...[...numbers].map((number) => ({ type: "user-id", value: String(number) })),
  ]);
const anybody = fc.oneof(
  fc.constantFrom("a@x.org", "b@x.org", "c@x.org").map((email) => ({ emails: [email], numbers: [] })),
  fc.integer({ min: 1, max: 4 }).map((number) => ({ emails: ["nobody@x.org"], numbers: [number] })),
  fc.record({ emails: fc.constant(["a@x.org"]), numbers: fc.constant([2]) }),
);

const idsIn = async (tables: readonly string[]): Promise<readonly (readonly number[])[]> => {
  const all: number[][] = [];
  for (const table of tables) {
    const { rows } = await database.pool.query<{ id: number }>(`select id from ${table} order by id`);
    all.push(rows.map(({ id }) => id));
  }
  return all;
};

it("knows a person by what their own rows say, and by nothing else, in whatever it does", async () => {
  await fc.assert(
    fc.asyncProperty(anySchema, anybody, async (schema, whom) => {
      const asked: Names = { emails: new Set(whom.emails), numbers: new Set(whom.numbers) };
      const { names, rows } = belongingsIn(schema, asked);
      const dataMap = mapOfSchema(schema);
      const tables = dataMap.tables.map(({ title }) => title);
      const counted = tables.map((title, index) => [title, rows[index]?.length ?? 0]);
      await makeSchema(database.pool, schema);
      const source = postgresDataSource({ client: database.pool, dataMap });
      // By another one: it remembers what it has looked at.
      expect(orThrow(await postgresDataSource({ client: database.pool, dataMap }).check())).toEqual([]);

      // As core asks: again with what was told, until nothing new is.
      let known = subjectWith(asked);
      for (let before = -1; before !== known.identifiers.length; ) {
        before = known.identifiers.length;
        const told = orThrow((await source.identify?.(known, call)) ?? (await Promise.reject()));
        const further = told.filter(
          ({ type, value, shared }) => shared !== true && !known.values(type).includes(value),
        );
        known = subjectOf([...known.identifiers, ...further], known.asked);
      }
      expect([...new Set(known.values("email"))].sort()).toEqual([...names.emails].sort());
      expect([...new Set(known.values("user-id").map(Number))].sort()).toEqual([...names.numbers].sort());

      for (const subject of [subjectWith(asked), identifiedSubject(known.identifiers)]) {
        // The first time with a look at the schema, the second in one statement.
        for (const _ of [1, 2]) {
          const plan = orThrow(
            await source.plan({ tenant: "t", category: "user-data", identifiers: subject.identifiers }),
          );
          expect(plan.collections.map(({ collection, rows: count }) => [collection, count])).toEqual(counted);
        }
        const pages = await pagesOf(source, subject, null, call);
        expect(
          tables.map((title) => [
            title,
            pages.filter(({ collection }) => collection === title).flatMap((page) => page.rows).length,
          ]),
        ).toEqual(counted);
      }

      const all = await idsIn(tables);
      const left = all.map((ids, index) => ids.filter((id) => rows[index]?.includes(id) !== true));
      orThrow((await source.erase?.(subjectWith(asked), call)) ?? (await Promise.reject()));
      expect(await idsIn(tables)).toEqual(left);

      await makeSchema(database.pool, schema);
      const many = [subjectOf([{ type: "email", value: "stranger@x.org" }]), subjectWith(asked)];
      orThrow((await source.eraseMany?.(many, call)) ?? (await Promise.reject()));
      expect(await idsIn(tables)).toEqual(left);
    }),
    { numRuns: inject("isThorough") ? 100 : 4 },
  );
}, 240_000);
