import { type CollectionOutcome, orThrow, subjectOf } from "@subject-rights/core";
import fc from "fast-check";
import { afterAll, beforeAll, expect, inject, it } from "vitest";
import { type DataMap, postgresDataSource } from "../../src/index.ts";
import { createDatabase, type TestDatabase } from "../support/database.ts";
import { callFor } from "./people.ts";

let database: TestDatabase;
beforeAll(async () => {
  database = await createDatabase();
  await database.pool.query(`create table places (id int primary key, street text);
    create table rooms (id int primary key, place int not null);
    create table people (id int primary key, email text, name text, place int);
    create table stays (person int, place int, primary key (person, place))`);
});
afterAll(() => database.drop());

/** People stay, without a name; where they stayed goes with them; a place stays for whoever else is there. */
const dataMap: DataMap = {
  tenant: { only: "tenant-one" },
  tables: [
    {
      table: "people",
      title: "people",
      category: "customer-data",
      belongs: { column: "email", identifier: "email" },
      columns: { email: { anonymise: "null" }, name: { anonymise: "hash" } },
      erasure: "anonymise",
    },
    {
      table: "stays",
      title: "stays",
      category: "customer-data",
      belongs: { references: "people", on: { person: "id" } },
      columns: {},
      erasure: "delete",
    },
    {
      table: "places",
      title: "places",
      category: "customer-data",
      belongs: [
        { referencedBy: "people", on: { id: "place" } },
        { referencedBy: "stays", on: { id: "place" } },
      ],
      columns: { street: { anonymise: { constant: "removed" } } },
      erasure: "anonymise",
    },
    {
      table: "rooms",
      title: "rooms",
      category: "customer-data",
      belongs: { references: "places", on: { place: "id" } },
      columns: {},
      erasure: "delete",
    },
  ],
};

const place = fc.integer({ min: 1, max: 3 });
const world = fc.record({
  homes: fc.array(fc.option(place), { minLength: 1, maxLength: 4 }),
  stays: fc.uniqueArray(fc.tuple(fc.integer({ min: 1, max: 4 }), place), { maxLength: 6, selector: String }),
});

const countOf = (outcomes: readonly CollectionOutcome[], collection: string, outcome: string): number =>
  outcomes.reduce(
    (sum, each) =>
      each.collection === collection && each.outcome === outcome && "count" in each ? sum + each.count : sum,
    0,
  );

it("keeps what somebody else has too, tells it each time, and lets it go with the last one", async () => {
  const source = postgresDataSource({ client: database.pool, dataMap });
  expect(orThrow(await source.check())).toEqual([]);
  await fc.assert(
    fc.asyncProperty(world, fc.infiniteStream(fc.nat()), async ({ homes, stays: all }, chance) => {
      const stays = all.filter(([person]) => person <= homes.length);
      await database.pool.query(`truncate places, rooms, people, stays;
        insert into places select i, 'street ' || i from generate_series(1, 3) i;
        insert into rooms select i, (i + 1) / 2 from generate_series(1, 6) i;
        ${homes.map((home, at) => `insert into people values (${at + 1}, 'p${at + 1}@x.org', 'n', ${home ?? "null"});`).join("")}
        ${stays.map((each) => `insert into stays values (${each.join(", ")});`).join("")}`);
      const left = new Set(homes.keys());
      const placesOf = (person: number) => ({
        home: homes[person] ?? null,
        stayed: stays.filter(([who]) => who === person + 1).map(([, where]) => where),
      });
      while (left.size > 0) {
        const persons = [...left];
        const person = persons[chance.next().value % persons.length] ?? 0;
        left.delete(person);
        const mine = placesOf(person);
        const reached = new Set([...(mine.home === null ? [] : [mine.home]), ...mine.stayed]);
        const others = [...left].map(placesOf);
        const shared = [...reached].filter((each) =>
          others.some(({ home, stayed }) => home === each || stayed.includes(each)),
        );
        const outcomes = orThrow(
          (await source.erase?.(subjectOf([{ type: "email", value: `p${person + 1}@x.org` }]), callFor())) ??
            (await Promise.reject()),
        );
        expect(countOf(outcomes, "places", "kept")).toBe(shared.length);
      }
      const { rows } = await database.pool.query<{ id: number }>(
        "select id from places where street <> 'removed'",
      );
      const touched = new Set([...homes, ...stays.map(([, where]) => where)]);
      expect(rows.filter(({ id }) => touched.has(id))).toEqual([]);
    }),
    { numRuns: inject("isThorough") ? 100 : 6 },
  );
}, 240_000);
