import { orThrow } from "@subject-rights/core";
import { postgresDataSource } from "@subject-rights/postgres";
import type { Pool } from "pg";
import { type Comparison, compare } from "../compare.ts";
import { report, said } from "../report.ts";
import { type Counted, countAtOnce, countOneByOne } from "./by-hand.ts";
import { emailOf, fillShop, tenant } from "./fill.ts";
import { dataMap } from "./schema.ts";

const goal = 1.5;
const names = { baseline: "by hand", measured: "plan" };
/** How many ordinary people are looked at in turn. */
const people = 50;

const expectSame = (one: Counted, other: Counted): void => {
  for (const [title, count] of one) {
    if (other.get(title) !== count) throw new Error(`${title}: ${count} here, ${other.get(title)} there.`);
  }
};

/** `plan` of one person against the same counts written by hand. */
export const benchmarkPlan = async (
  pool: Pool,
  { rows, rounds, times }: { readonly rows: number; readonly rounds: number; readonly times: number },
): Promise<void> => {
  const customers = await said(`Filling 12 tables with ${rows.toLocaleString("en")} rows`, () =>
    fillShop(pool, rows),
  );
  const source = postgresDataSource({ client: pool, dataMap });
  const plan = async (email: string): Promise<Counted> => {
    const identifiers = [{ type: "email", value: email }];
    const { collections } = orThrow(await source.plan({ tenant, category: "customer-data", identifiers }));
    return new Map(collections.map((each) => [each.collection, each.rows]));
  };
  const heavy = emailOf(customers + 1);
  await said("The first plan, which also checks the map against the schema", () => plan(heavy));
  for (const email of [emailOf(1), heavy]) {
    const found = await plan(email);
    const total = [...found.values()].reduce((sum, count) => sum + count, 0);
    console.log(`${email}: ${total.toLocaleString("en")} rows`);
    expectSame(found, await countOneByOne(pool, email));
    expectSame(found, await countAtOnce(pool, email));
  }

  const against = (title: string, byHand: typeof countOneByOne, emailIn: (round: number) => string) =>
    ({
      title,
      baseline: async (round) => void (await byHand(pool, emailIn(round))),
      measured: async (round) => void (await plan(emailIn(round))),
    }) satisfies Comparison;
  const ordinary = (round: number) => emailOf(1 + (round % people) * Math.floor(customers / people));
  for (let time = 1; time <= times; time += 1) {
    const few = await compare(
      [
        against("few rows, one statement a table", countOneByOne, ordinary),
        against("few rows, all in one statement", countAtOnce, ordinary),
      ],
      { rounds, warmUp: people },
    );
    const manyRounds = Math.max(10, Math.round(rounds / 5));
    const many = await compare(
      [
        against("100,000 rows, one statement a table", countOneByOne, () => heavy),
        against("100,000 rows, all in one statement", countAtOnce, () => heavy),
      ],
      { rounds: manyRounds, warmUp: 3 },
    );
    report(`plan of one person (medians of ${rounds} and ${manyRounds})`, names, goal, [...few, ...many]);
  }
  console.log("  The goal is set for one statement a table; the other lines show what is left to gain.");
};
