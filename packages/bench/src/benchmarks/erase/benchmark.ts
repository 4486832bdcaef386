import { postgresDataSource } from "@subject-rights/postgres";
import type { Bench, Benchmark } from "../../harness/benchmark.ts";
import type { Contest, Side } from "../../harness/contest.ts";
import { openApplication } from "../application.ts";
import { dataMap, expectNobody, fillPeople, makeTables, type People } from "./people.ts";
import { byRequests, bySource, byStatements, bySweep, concurrency } from "./ways.ts";

const names = {
  requests: "requests",
  source: "source alone",
  sweep: "one sweep",
  statements: "DELETE statements",
} as const;

export const erase: Benchmark = {
  name: "erase",
  about: `People erased over four tables, ${concurrency} at a time. A request is everything: acknowledgement, erasure, \
the checks afterwards, audit, the end of the key. A sweep is \`eraseMany\` over all of them. The floor is a transaction of \
bare DELETE statements for each person, which writes nothing down and looks at nothing afterwards.`,

  run: async (bench: Bench) => {
    const { another } = await bench.database();
    const pool = another({ max: 2 * concurrency });
    await makeTables(pool);
    const source = postgresDataSource({ client: pool, dataMap, id: "shop", title: "Shop" });
    const application = await openApplication({ pool, sources: [source], concurrency });
    let first = 1;

    const contest = (count: number, rowsEach: number): Contest => {
      const side = (name: string, erased: (people: People) => Promise<void>): Side => ({
        name,
        run: async () => {
          const people: People = { first, count, rowsEach };
          first += count;
          await fillPeople(pool, people);
          const began = performance.now();
          await erased(people);
          const seconds = (performance.now() - began) / 1_000;
          await expectNobody(pool);
          return { seconds, amount: count * rowsEach, did: { people: count, rows: count * rowsEach } };
        },
      });
      const title = `${rowsEach.toLocaleString("en")} rows a person`;
      return {
        title,
        unit: "rows",
        sides: [
          side(names.requests, (people) => byRequests(application, people)),
          side(names.source, (people) => bySource(source, people)),
          side(names.sweep, (people) => bySweep(application, people)),
          side(names.statements, (people) => byStatements(pool, people)),
        ],
        comparisons: [
          {
            title: `${title}, a request each`,
            measure: "speed",
            of: names.requests,
            against: names.statements,
            goal: { atLeast: 0.7 },
            whenMissed: "the price of the request, which is the same however little there is to erase.",
          },
          {
            title: `${title}, the source alone`,
            measure: "speed",
            of: names.source,
            against: names.statements,
          },
          {
            title: `${title}, as a sweep`,
            measure: "speed",
            of: names.sweep,
            against: names.statements,
            goal: { atLeast: 1 },
            whenMissed:
              "at so many rows a person the work is the server's: rows are found, deleted, and counted again. A statement" +
              " by hand only deletes.",
          },
        ],
      };
    };
    try {
      await bench.measure([contest(bench.amount(400, 20), 100), contest(bench.amount(40, 2), 5_000)]);
    } finally {
      await application.stop();
    }
  },
};
