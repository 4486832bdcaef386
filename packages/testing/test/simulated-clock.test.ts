import { simulatedClock } from "@subject-rights/testing";
import * as fc from "fast-check";
import { expect, it } from "vitest";

const start = new Date("2026-03-02T09:00:00.000Z");

it("stands still until it is told to go on", async () => {
  const clock = simulatedClock(start);
  expect(clock.now()).toEqual(start);
  await clock.advance(1_500);
  expect(clock.now()).toEqual(new Date("2026-03-02T09:00:01.500Z"));
});

it("hands out its time, and not a date that changes it", () => {
  const clock = simulatedClock(start);
  clock.now().setFullYear(1999);
  expect(clock.now()).toEqual(start);
});

it("ends a wait when its time has passed, and not a millisecond before", async () => {
  const clock = simulatedClock(start);
  let ended = false;
  const waiting = clock.wait(1_000).then(() => {
    ended = true;
  });
  await clock.advance(999);
  expect(ended).toBe(false);
  expect(clock.pending).toBe(1);
  await clock.advance(1);
  expect(ended).toBe(true);
  expect(clock.pending).toBe(0);
  await waiting;
});

it("ends waits in the order of their times, each at its own time, whatever order they began in", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.integer({ min: 1, max: 50 }), { maxLength: 12 }), async (durations) => {
      const clock = simulatedClock(start);
      const ended: { readonly index: number; readonly after: number }[] = [];
      for (const [index, duration] of durations.entries()) {
        void clock.wait(duration).then(() => {
          ended.push({ index, after: clock.now().getTime() - start.getTime() });
        });
      }
      await clock.advance(50);
      const expected = durations
        .map((after, index) => ({ index, after }))
        .toSorted((one, other) => one.after - other.after || one.index - other.index);
      expect(ended).toEqual(expected);
      expect(clock.pending).toBe(0);
    }),
    { numRuns: 30 },
  );
});

it("lets what one wait sets off have its turn before the next one ends, further waits included", async () => {
  const clock = simulatedClock(start);
  const seen: string[] = [];
  const worker = async () => {
    for (let round = 1; round <= 3; round += 1) {
      await clock.wait(10);
      await Promise.resolve().then(() => Promise.resolve());
      seen.push(`worker ${round} at ${clock.now().getTime() - start.getTime()}`);
    }
  };
  const working = worker();
  void clock.wait(15).then(() => seen.push("timer at 15"));
  await clock.advance(100);
  await working;
  expect(seen).toEqual(["worker 1 at 10", "timer at 15", "worker 2 at 20", "worker 3 at 30"]);
});

it("lets what is under way begin its waits before time passes", async () => {
  const clock = simulatedClock(start);
  const working = (async () => {
    await Promise.resolve();
    await clock.wait(10);
    return clock.now();
  })();
  await clock.advance(10);
  await expect(working).resolves.toEqual(new Date(start.getTime() + 10));
});

it("lets the sum pass of two that are told at once", async () => {
  const clock = simulatedClock(start);
  await Promise.all([clock.advance(10), clock.advance(20)]);
  expect(clock.now()).toEqual(new Date(start.getTime() + 30));
});

it("needs no time to pass for a wait of no length", async () => {
  const clock = simulatedClock(start);
  await clock.wait(0);
  await clock.wait(-5);
  expect(clock.pending).toBe(0);
});

it("rejects a wait with the reason of its signal, before or after it began, and forgets it", async () => {
  const clock = simulatedClock(start);
  const reason = new Error("called off");
  await expect(clock.wait(10, AbortSignal.abort(reason))).rejects.toBe(reason);
  const controller = new AbortController();
  const waiting = clock.wait(10, controller.signal);
  expect(clock.pending).toBe(1);
  controller.abort(reason);
  await expect(waiting).rejects.toBe(reason);
  expect(clock.pending).toBe(0);
  await clock.advance(20);
});

it("leaves a wait that ended alone when its signal fires late", async () => {
  const clock = simulatedClock(start);
  const controller = new AbortController();
  const waiting = clock.wait(10, controller.signal);
  await clock.advance(10);
  controller.abort(new Error("too late"));
  await expect(waiting).resolves.toBeUndefined();
});

it.each([
  ["forwards", "2027-01-01T00:00:00.000Z"],
  ["backwards", "2001-01-01T00:00:00.000Z"],
])("jumps %s without ending a wait, or putting it off", async (_, date) => {
  const clock = simulatedClock(start);
  let ended = false;
  void clock.wait(1_000).then(() => {
    ended = true;
  });
  await clock.advance(400);
  clock.set(new Date(date));
  expect(clock.now()).toEqual(new Date(date));
  await clock.advance(599);
  expect(ended).toBe(false);
  await clock.advance(1);
  expect(ended).toBe(true);
  expect(clock.now()).toEqual(new Date(Date.parse(date) + 600));
});

it.each([-1, Number.NaN, Number.POSITIVE_INFINITY])("does not go on by %d", (milliseconds) => {
  expect(() => simulatedClock(start).advance(milliseconds)).toThrow(RangeError);
});
