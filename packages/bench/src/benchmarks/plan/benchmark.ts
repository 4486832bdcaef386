import { orThrow } from "@subject-rights/core";
import { postgresDataSource } from "@subject-rights/postgres";
import type { Benchmark } from "../../harness/benchmark.ts";
import type { Contest, Side } from "../../harness/contest.ts";
import { type Counted, countAtOnce, countOneByOne } from "./by-hand.ts";
import { emailOf, fillShop, tenant } from "./fill.ts";
import { dataMap } from "./schema.ts";

/** How many ordinary people are looked at in turn. */
const people = 50;

/** `plan` of one person against the same counts written by hand. */
export const plan: Benchmark = {
  name: "plan",
  about: `\`plan\` of one person over twelve tables with ten million rows, against the same counts written by hand. The \
goal is set for one statement a table; the other lines show what is left to gain.`,

  run: async (bench) => {
    const { pool } = await bench.database();
    const rows = bench.amount(10_000_000, 20_000);
    const customers = await bench.said(`Filling 12 tables with ${rows.toLocaleString("en")} rows`, () =>
      fillShop(pool, rows, bench.isSmoke ? 10 : undefined),
    );
    const source = postgresDataSource({ client: pool, dataMap });
    const planned = async (email: string): Promise<Counted> => {
      const identifiers = [{ type: "email", value: email }];
      const { collections } = orThrow(await source.plan({ tenant, category: "customer-data", identifiers }));
      return new Map(collections.map((each) => [each.collection, each.rows]));
    };
    const heavy = emailOf(customers + 1);
    await bench.said("The first plan, which also checks the map against the schema", () => planned(heavy));

    const side = (
      name: string,
      count: (email: string) => Promise<Counted>,
      emailIn: (round: number) => string,
    ): Side => ({
      name,
      run: async (round) => {
        const began = performance.now();
        const counted = await count(emailIn(round));
        const seconds = (performance.now() - began) / 1_000;
        return { seconds, amount: 1, did: Object.fromEntries(counted) };
      },
    });
    const contest = (whose: string, emailIn: (round: number) => string): Contest => ({
      title: whose,
      unit: "plans",
      sides: [
        side("plan", planned, emailIn),
        side("a statement a table", (email) => countOneByOne(pool, email), emailIn),
        side("all in one statement", (email) => countAtOnce(pool, email), emailIn),
      ],
      comparisons: [
        {
          title: whose,
          measure: "cost",
          of: "plan",
          against: "a statement a table",
          goal: { atMost: 1.5 },
        },
        { title: whose, measure: "cost", of: "plan", against: "all in one statement" },
      ],
    });
    const rounds = bench.isSmoke ? 5 : 60 * bench.times;
    await bench.measure(
      [contest("few rows", (round) => emailOf(1 + (round % people) * Math.floor(customers / people)))],
      { rounds, warmUp: bench.isSmoke ? 1 : people },
    );
    await bench.measure([contest("100,000 rows", () => heavy)], {
      rounds: Math.max(5, Math.round(rounds / 5)),
      warmUp: 3,
    });
  },
};
