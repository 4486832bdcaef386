import { randomBytes } from "node:crypto";
import { createSubjectRights, defineNotifier, orThrow, type SubjectRights } from "@subject-rights/core";
import { postgresStorage } from "@subject-rights/postgres";
import type { Bench, Benchmark } from "../../harness/benchmark.ts";
import type { BenchDatabase } from "../../harness/databases.ts";
import { fillList, tenant } from "./fill.ts";

const actor = { id: "import", tenant, roles: ["admin"] };

/** Each second person of the import stands in the list. */
const emailOf = (person: number): string => `person-${person}@example.org`;

const libraryOver = async ({ pool }: BenchDatabase): Promise<{ rights: SubjectRights; key: Uint8Array }> => {
  const { migrate, ...storage } = postgresStorage({ client: pool, masterKey: randomBytes(32) });
  orThrow(await migrate());
  const name = `suppressions/${tenant}`;
  orThrow(await storage.keyRing.create(name));
  const rights = createSubjectRights({
    ...storage,
    controller: "Halmstrand Lamps",
    sources: [],
    notifier: defineNotifier({ id: "nobody", send: async () => undefined }),
    addresses: { tenantAdmin: () => "admin@halmstrand.example", support: () => "support@halmstrand.example" },
  });
  return { rights, key: orThrow(await storage.keyRing.use(name)) ?? new Uint8Array() };
};

const filtered = async (rights: SubjectRights, people: number, batchSize: number): Promise<number> => {
  let through = 0;
  const rows = (function* () {
    for (let person = 0; person < people; person += 1) yield person;
  })();
  for await (const _ of rights.suppressions.filter({
    actor,
    rows,
    identifiers: (person) => [{ type: "email", value: emailOf(person) }],
    leftOut: () => undefined,
    batchSize,
  })) {
    through += 1;
  }
  return through;
};

export const suppressions: Benchmark = {
  name: "suppressions",
  about:
    "The filter of an import of a million people, each second of whom stands in a list of ten million suppressions, \
against one plain SQL join of the same pseudonyms, worked out beforehand and waiting in a table.",

  run: async (bench: Bench) => {
    const database = await bench.database();
    const people = bench.amount(1_000_000, 2_000);
    const listed = bench.amount(10_000_000, 5_000);
    const { rights, key } = await libraryOver(database);
    await bench.said(`Filling the list with ${listed.toLocaleString("en")} suppressions`, () =>
      fillList(database.pool, key, { people, listed, emailOf }),
    );
    const library = "filter";
    const join = "SQL join";
    const timed = async (work: () => Promise<number>) => {
      const began = performance.now();
      const through = await work();
      return { seconds: (performance.now() - began) / 1_000, amount: people, did: { through } };
    };
    await bench.measure([
      {
        title: "Looking up an import",
        unit: "people",
        sides: [
          { name: library, run: () => timed(() => filtered(rights, people, 20_000)) },
          { name: "filter, 5,000 a batch", run: () => timed(() => filtered(rights, people, 5_000)) },
          {
            name: join,
            run: () =>
              timed(async () => {
                const { rows } = await database.pool.query(
                  `select count(*)::int as through from incoming i
                   left join subject_rights.suppression s on s.tenant = $1 and s.pseudonym = i.pseudonym
                   where s.pseudonym is null`,
                  [tenant],
                );
                return rows[0].through;
              }),
          },
        ],
        comparisons: [
          {
            title: "a million look-ups",
            measure: "cost",
            of: library,
            against: join,
            goal: { atMost: 2 },
            whenMissed:
              "the join finds its pseudonyms made, and reads both sides from end to end; the filter makes a keyed hash a person, and looks each up by the index.",
          },
        ],
      },
    ]);
    await rights.stop();
  },
};
