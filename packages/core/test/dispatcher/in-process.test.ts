import { dispatcherCases } from "@subject-rights/testing";
import { describe, expect, it } from "vitest";
import { backOff } from "../../src/runner/dispatcher/back-off.ts";
import { keyOf, overStoredWakeUps } from "./in-process.ts";

describe("the dispatcher within a process", () => {
  const cases = dispatcherCases({
    async make() {
      const { dispatcher, clock } = overStoredWakeUps();
      const time = { now: clock.now, pass: clock.advance, promptness: 100, patience: 1_000 };
      return { dispatcher, time, close: () => dispatcher.stop() };
    },
  });
  for (const each of cases) it(each.name, each.run);

  const named = (index: number) => ({ tenant: "tenant-one", id: `request-${index}` });

  it("holds so many and no more, whatever is due, and forgets none of them", async () => {
    const { dispatcher, clock, stored, looks } = overStoredWakeUps({ capacity: 50 });
    const done: string[] = [];
    const handler = async ({ id }: { id: string }) => void done.push(id);
    await dispatcher.work(handler, { concurrency: 2 });
    const count = 2_000;
    for (let index = 0; index < count; index += 1) {
      // A timer each, were they all held: none of them is due yet.
      const runAt = new Date(clock.now().getTime() + 1_000).toISOString();
      await dispatcher.enqueue(named(index), { runAt, dedupeKey: `request-${index}` });
    }
    expect(clock.pending).toBeLessThanOrEqual(51);
    for (let round = 0; round < 300 && stored.size > 0; round += 1) await clock.advance(1_000);
    expect(done.length).toBe(count);
    expect(new Set(done).size).toBe(count);
    expect(Math.max(...looks)).toBeLessThanOrEqual(1_050);
    await dispatcher.stop();
    expect(clock.pending).toBe(0);
  });

  it("sees past a thousand that always fail", async () => {
    const { dispatcher, clock, stored } = overStoredWakeUps({ capacity: 10_000 });
    for (let index = 0; index < 1_100; index += 1) {
      stored.set(keyOf(named(index)), { ...named(index), wakeAt: "1970-01-01T00:00:00.000Z" });
    }
    stored.set(keyOf(named(9_999)), { ...named(9_999), wakeAt: "2026-01-01T00:00:00.000Z" });
    let isDone = false;
    await dispatcher.work(
      async ({ id }) => {
        if (id !== "request-9999") throw new Error("damaged");
        isDone = true;
      },
      { concurrency: 8 },
    );
    for (let second = 0; second < 180 && !isDone; second += 1) await clock.advance(1_000);
    expect(isDone).toBe(true);
    await dispatcher.stop();
  });
});

describe("the back-off", () => {
  it("doubles up to a minute, and is spread over half of that", () => {
    const spread = [1, 2, 3, 4, 7, 100].map((failures) => [
      backOff(failures, 0),
      backOff(failures, 0.999_999),
    ]);
    expect(spread).toEqual([
      [500, 1_000],
      [1_000, 2_000],
      [2_000, 4_000],
      [4_000, 8_000],
      [30_000, 60_000],
      [30_000, 60_000],
    ]);
  });

  it("keeps two processes that fail together from trying together", async () => {
    const times = await Promise.all(
      [1, 2].map(async (seed) => {
        const { dispatcher, clock } = overStoredWakeUps({ seed });
        const from = clock.now().getTime();
        const tried: number[] = [];
        const handler = async () => {
          tried.push(clock.now().getTime() - from);
          throw new Error("the store is away");
        };
        await dispatcher.work(handler, { concurrency: 1 });
        await dispatcher.enqueue(
          { tenant: "tenant-one", id: "a" },
          { runAt: clock.now().toISOString(), dedupeKey: "a" },
        );
        await clock.advance(120_000);
        await dispatcher.stop();
        return tried;
      }),
    );
    const [one = [], other = []] = times;
    expect(one[0]).toBe(other[0]);
    expect(one.length).toBeGreaterThan(5);
    expect(one.slice(1).filter((at) => other.includes(at))).toEqual([]);
  });
});
