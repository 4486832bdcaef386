import { orThrow, type PeoplePage, subjectOf, systemClock } from "@subject-rights/core";
import type { PostgresDataSource } from "@subject-rights/postgres";
import type { Pool } from "pg";
import { inFlight } from "../../harness/in-flight.ts";
import { type Application, actor, tenant } from "../application.ts";
import { emailOf, type People } from "./people.ts";

/** How many people are worked on at once. */
export const concurrency = 8;

const category = "customer-data";

/** Bare statements, a transaction for each person: nothing is written down, and nothing is looked at afterwards. */
export const byStatements = async (pool: Pool, { first, count }: People): Promise<void> => {
  await inFlight(count, concurrency, async (index) => {
    const client = await pool.connect();
    try {
      await client.query("begin");
      const { rows } = await client.query(
        "select id from customers where tenant = $1 and lower(email) = $2",
        [tenant, emailOf(first + index)],
      );
      const { id } = rows[0] as { readonly id: string };
      for (const text of [
        "delete from order_lines l using orders o where o.id = l.order_id and o.customer_id = $1",
        "delete from orders where customer_id = $1",
        "delete from visits where customer_id = $1",
        "delete from customers where id = $1",
      ]) {
        await client.query(text, [id]);
      }
      await client.query("commit");
    } finally {
      client.release();
    }
  });
};

/** A request each, from its submission until its key is destroyed. */
export const byRequests = async (application: Application, { first, count }: People): Promise<void> => {
  const ends: Promise<void>[] = [];
  await inFlight(count, concurrency, async (index) => {
    ends.push((await application.accept("erasure", emailOf(first + index))).end);
  });
  await Promise.all(ends);
  await application.finalised();
  application.check();
};

/** The declared source alone, asked afterwards: no request, no audit. */
export const bySource = async (source: PostgresDataSource, { first, count }: People): Promise<void> => {
  await inFlight(count, concurrency, async (index) => {
    const subject = subjectOf([{ type: "email", value: emailOf(first + index) }]);
    const call = {
      tenant,
      categories: [category],
      requestId: `request-${first + index}`,
      idempotencyKey: `request-${first + index}/erase`,
      signal: new AbortController().signal,
      clock: systemClock,
      deadline: 60_000,
    } as const;
    const { erase, locate } = source;
    if (erase === null || locate === null) throw new Error("The source cannot erase.");
    orThrow(await erase(subject, call));
    const left = orThrow(await locate(subject, call)).reduce((sum, each) => sum + each.count, 0);
    if (left > 0) throw new Error(`${left} rows are left.`);
  });
};

/** All of them as one sweep; in the smallest batches where there is much of each of them. */
export const bySweep = async ({ rights }: Application, { first, count, rowsEach }: People): Promise<void> => {
  const batchSize = rowsEach > 1_000 ? 10 : 50;
  async function* people(cursor: string | null): AsyncGenerator<PeoplePage> {
    const page = 1_000;
    for (let from = Number(cursor ?? 0); from < count; from += page) {
      const to = Math.min(count, from + page);
      const numbers = Array.from({ length: to - from }, (_, index) => first + from + index);
      yield {
        people: numbers.map((number) => ({ identifiers: [{ type: "email", value: emailOf(number) }] })),
        cursor: String(to),
      };
    }
  }
  const sweep = orThrow(
    await rights.sweeps.eraseMany({ actor, reason: "retention", category, people, concurrency, batchSize }),
  );
  const { status } = orThrow(await sweep.end());
  if (status !== "completed") throw new Error(`The sweep is ${status}.`);
};
