import { setTimeout as pause } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, inject, it } from "vitest";
import { type Company, foundCompany, type WorkerProcess } from "./workers.ts";

let company: Company;
const errors: unknown[] = [];
beforeEach(async () => {
  errors.length = 0;
  company = await foundCompany((error) => errors.push(error));
});
afterEach(() => company.leave());

const isThorough = inject("isThorough");
const kills = 25;

/**
 * Seconds for which somebody who says nothing is waited for; those of the dispatcher are ten, and pg-boss takes no fewer
 * for a whole queue.
 */
const heartbeat = isThorough ? 10 : 5;
/** Until that is noticed, and fetched, and done. */
const promised = heartbeat + 2;

/** Until everybody is forgotten. Throws where that takes longer than it may. */
const untilFinished = async (emails: readonly string[], within: number): Promise<void> => {
  const end = Date.now() + within;
  for (;;) {
    await company.acknowledgeAll();
    const finished = await company.finished();
    const left = emails.filter((email) => !finished.has(email));
    if (left.length === 0) return;
    if (Date.now() > end) throw new Error(`not finished: ${left.join(", ")}`);
    await pause(50);
  }
};

/** What has to be true however often somebody was killed, by the second door. */
const judge = async (emails: readonly string[]): Promise<void> => {
  const { pool } = company.library;
  const rowsOf = async (text: string) => (await pool.query<Record<string, unknown>>(text)).rows;
  expect(
    await rowsOf(`select state::jsonb -> 'request' ->> 'outcome' as outcome, count(*)::int as count
      from subject_rights.request group by 1`),
  ).toEqual([{ outcome: "completed", count: emails.length }]);
  expect(await rowsOf("select email from people")).toEqual([]);
  // Every number of the audit from 1, once, and closed once.
  expect(
    await rowsOf(`select request_id from subject_rights.audit group by request_id
      having min(sequence) <> 1 or max(sequence) <> count(*) or count(distinct sequence) <> count(*)
        or count(*) filter (where action = 'closed') <> 1`),
  ).toEqual([]);
  // What was done twice had the same key.
  const vouchers = await rowsOf("select email from vouchers order by email");
  expect(vouchers.map(({ email }) => email)).toEqual(emails.toSorted());
  const messages = await rowsOf(
    "select kind, count(distinct id)::int as count from outbox group by kind order by kind",
  );
  expect(messages).toEqual([
    { kind: "completion", count: emails.length },
    { kind: "confirmation", count: emails.length },
  ]);
};

describe.skipIf(process.platform === "win32")("workers that are killed", () => {
  it(`leave to others what they had in hand, within ${promised} seconds`, { timeout: 120_000 }, async () => {
    const held = (isThorough ? [0, 1, 2, 3] : [0]).map((index) => `held-${index}@example.org`);
    const holders = held.map(() => company.startWorker("holds"));
    await Promise.all(holders.map(({ ready }) => ready));
    for (const email of held) await company.submit(email);
    const attempts = async () => {
      const { rows } = await company.library.pool.query<{ email: string; pid: number }>(
        "select email, pid from attempts order by at",
      );
      return rows;
    };
    while ((await attempts()).length < held.length) {
      await company.acknowledgeAll();
      await pause(50);
    }
    const other = company.startWorker();
    await other.ready;
    const begun = await attempts();
    expect(new Set(begun.map(({ pid }) => pid)).size).toBe(held.length);
    await company.library.pool.query("update pgboss.job set heartbeat_seconds = $1 where state = 'active'", [
      heartbeat,
    ]);

    const took = await Promise.all(
      holders.map(async (holder, index) => {
        // At other moments between two signs of life.
        await pause(index * 850);
        await holder.kill();
        const killedAt = performance.now();
        const email = begun.find(({ pid }) => pid === holder.pid)?.email ?? "";
        while (!(await company.finished()).has(email)) await pause(20);
        return performance.now() - killedAt;
      }),
    );
    console.info(`taken over after ${took.map((each) => `${(each / 1_000).toFixed(1)} s`).join(", ")}`);
    expect(Math.max(...took)).toBeLessThan(promised * 1_000);
    // And not before anybody was dead.
    expect((await attempts()).length).toBe(2 * held.length);
    await judge(held);
    expect(other.said).toEqual([]);
    expect(errors).toEqual([]);
  });

  // Those above were killed over what they had in hand; here whenever it happens.
  if (isThorough)
    it(`lose nothing and double nothing, killed ${kills} times`, { timeout: 900_000 }, async () => {
      const workers: WorkerProcess[] = [0, 1, 2].map(() => company.startWorker());
      const said: string[] = [];
      const emails: string[] = [];
      await Promise.all(workers.map(({ ready }) => ready));
      let killedAtWork = 0;
      for (let kill = 0; kill < kills; kill += 1) {
        const finished = await company.finished();
        // Enough that nobody has nothing to do, and no more when many wait for the dead to be noticed.
        for (let more = Math.min(3, 40 - (emails.length - finished.size)); more > 0; more -= 1) {
          const email = `person-${emails.length}@example.org`;
          emails.push(email);
          await company.submit(email);
        }
        await pause(Math.random() * 300);
        await company.acknowledgeAll();
        await pause(Math.random() * 200);
        const victim = workers.shift();
        if (victim === undefined) throw new Error("nobody is left to be killed");
        await victim.ready;
        const { rows } = await company.library.pool.query<{ busy: boolean }>(
          "select exists (select from pgboss.job where state = 'active') as busy",
        );
        if (rows[0]?.busy === true) killedAtWork += 1;
        workers.push(company.startWorker());
        await victim.kill();
        said.push(...victim.said);
      }
      await Promise.all(workers.map(({ ready }) => ready));
      await untilFinished(emails, 60_000);
      await judge(emails);
      // Few of them were killed when there was nothing to interrupt.
      expect(killedAtWork).toBeGreaterThan(kills * 0.8);
      expect([...said, ...workers.flatMap((worker) => worker.said)]).toEqual([]);
      expect(errors).toEqual([]);
    });
});
