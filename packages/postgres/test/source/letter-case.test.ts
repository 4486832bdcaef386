import { normaliseEmail, orThrow } from "@subject-rights/core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type DataMap, type PostgresDataSource, postgresDataSource } from "../../src/index.ts";
import { actor, askingOf } from "../support/asking.ts";
import { createDatabase, type TestDatabase } from "../support/database.ts";

/** Each line is one address for whoever folds letters as the library does. */
const addresses = [
  ["İlker@example.org", "i̇lker@example.org", "İLKER@EXAMPLE.ORG"],
  ["ida@example.org", "IDA@example.org"],
  ["ilker.iii@example.org", "Ilker.IiI@example.org", "ILKER.III@EXAMPLE.ORG"],
  ["ΣΟΦΟΣ@example.org", "Σοφος@example.org", "σοφος@example.org", "ΣΟΦΟς@example.org"],
  ["jürgen@example.org", "JÜRGEN@example.org", "JÜRGEN@example.org".normalize("NFD")],
  ["straße@example.org", "STRAẞE@example.org"],
  ["Иван.Петров-Водкин@почта.example", "иван.петров-водкин@почта.example"],
];

/** How texts are folded: by the server's own small letters, by none but plain ones, as Unicode has it, as Turkish is. */
const collations = ["default", "C", "und-x-icu", "tr-x-icu"];

const everyRow = addresses.flatMap((spellings, person) => spellings.map((email) => ({ person, email })));

const mapOf = (table: string): DataMap => ({
  tenant: { only: actor.tenant },
  tables: [
    {
      table,
      title: "People",
      category: "customer-data",
      belongs: [{ column: "email", identifier: "email" }],
      columns: { email: "exported" },
      erasure: "delete",
    },
  ],
});

let database: TestDatabase;
beforeAll(async () => {
  database = await createDatabase();
  for (const [index, collation] of collations.entries()) {
    await database.pool.query(
      `create table t${index} (id int primary key, email text collate "${collation}")`,
    );
    await database.pool.query(
      `insert into t${index} select n - 1, email from unnest($1::text[]) with ordinality as u (email, n)`,
      [everyRow.map(({ email }) => email)],
    );
    // Other mailboxes, though servers fold both to the same.
    await database.pool.query(
      `insert into t${index} values (100, 'ilker@example.org'), (101, 'İda@example.org')`,
    );
  }
});
afterAll(() => database.drop());

describe.each(collations)(
  "an address with letters of which servers make others than the library: %s",
  (collation) => {
    let source: PostgresDataSource;
    beforeAll(() => {
      const dataMap = mapOf(`t${collations.indexOf(collation)}`);
      source = postgresDataSource({ client: database.pool, dataMap });
    });

    it("finds each row that holds it, in whatever letters, and no other mailbox", async () => {
      expect(orThrow(await source.check())).toEqual([]);
      for (const [person, spellings] of addresses.entries()) {
        for (const email of spellings) {
          expect(normaliseEmail(email)).toBe(normaliseEmail(spellings[0] ?? ""));
          const plan = orThrow(
            await source.plan({
              tenant: actor.tenant,
              category: "customer-data",
              identifiers: [{ type: "email", value: email }],
            }),
          );
          const found = plan.collections.flatMap(({ outcomes }) =>
            outcomes.map((each) => (each.outcome === "erased" ? each.count : 0)),
          );
          expect([email, person, found]).toEqual([email, person, [spellings.length]]);
        }
      }
    });

    it("is looked for by several at once, each their own", async () => {
      const people = addresses.map(([email = ""]) => [{ type: "email", value: email }]);
      const { rights } = await askingOf([source]);
      const sweep = orThrow(
        await rights.sweeps.eraseMany({
          actor,
          reason: "retention",
          category: "customer-data",
          people: async function* () {
            yield { people: people.map((identifiers) => ({ identifiers })), cursor: "end" };
          },
        }),
      );
      const { counts, records } = orThrow(await sweep.end());
      expect(counts).toMatchObject({ erased: addresses.length, leftBehind: 0 });
      expect(records).toMatchObject([{ erased: everyRow.length }]);
      const { rows } = await database.pool.query(
        `select email from t${collations.indexOf(collation)} order by id`,
      );
      expect(rows).toEqual([{ email: "ilker@example.org" }, { email: "İda@example.org" }]);
      await rights.stop();
    });
  },
);

it("an address that is back in a row by which nobody is found keeps a replay from being complete", async () => {
  const { pool } = database;
  await pool.query("create table back (id serial primary key, email text)");
  const source = postgresDataSource({ client: pool, dataMap: mapOf("back") });
  const { rights, ask, clock } = await askingOf([source]);
  const since = clock.now();
  await pool.query("insert into back (email) values ('ada@example.org')");
  expect(await ask({ kind: "erasure", category: "customer-data", email: "ada@example.org" })).toMatchObject({
    outcome: "completed",
  });
  const replayed = async (dryRun: boolean, ...emails: string[]) => {
    await pool.query("truncate back");
    await pool.query("insert into back (email) select unnest($1::text[])", [emails]);
    const asked = { actor, category: "customer-data", since, dryRun } as const;
    const { complete, sources } = orThrow(await rights.suppressions.replay(asked));
    const { rows } = await pool.query<{ email: string }>("select email from back");
    return [complete, sources[0]?.foundByNothing, rows.map(({ email }) => email)];
  };
  for (const email of ["     ada@example.org", "<Ada@example.org>", "ada@example.org; bo@example.org"])
    for (const dryRun of [true, false]) expect(await replayed(dryRun, email)).toEqual([false, 1, [email]]);
  expect(await replayed(false, "Ada@example.org ", "<bo@example.org>", "n/a @ home")).toEqual([
    ...[true, 0],
    ["<bo@example.org>", "n/a @ home"],
  ]);
  await rights.stop();
});

describe("an address with a blank around it", () => {
  const ends = ["\n", "\r", "\r\n"];
  const rows = ["", " ", "  ", "\t"].flatMap((before) =>
    ["", " ", "  ", "\t", ...ends, " \t", ...ends.map((end) => ` ${end}`)].map(
      (behind) => `${before}Ada@example.org${behind}`,
    ),
  );
  const others = ["ada @example.org", "nada@example.org "];

  it.each(["text", "varchar(60)", "char(60)"])("is that of the person: %s", async (type) => {
    await database.pool.query(
      `drop table if exists blanks; create table blanks (id int primary key, email ${type})`,
    );
    await database.pool.query(
      "insert into blanks select n, email from unnest($1::text[]) with ordinality as u (email, n)",
      [[...rows, ...others]],
    );
    const source = postgresDataSource({ client: database.pool, dataMap: mapOf("blanks") });
    const { rights, ask } = await askingOf([source]);
    const asked = { kind: "erasure", category: "customer-data", email: "ada@example.org" } as const;
    expect(await ask(asked)).toMatchObject({
      outcome: "completed",
      sources: [{ outcomes: [{ outcome: "erased", count: rows.length }] }],
    });
    const left = await database.pool.query("select trim(email) as email from blanks order by id");
    expect(left.rows).toEqual(others.map((email) => ({ email: email.trim() })));
    await rights.stop();
  });
});
