import type { DueRequest } from "@subject-rights/core";
import { memoryStorage, memoryTables } from "@subject-rights/memory";
import { seededRandomness, simulatedClock, unwrap } from "@subject-rights/testing";
import fc from "fast-check";
import { describe, expect, inject, it } from "vitest";
import { inProcessDispatcher } from "../../src/runner/dispatcher/in-process-dispatcher.ts";
import { ada, admin, createWorld, peopleSource } from "../world.ts";

const second = 1_000;
const request = { tenant: "northwind", id: "request-1" };

/** What happens in a moment: somebody stores a wake-up for the request, of this process or another, or time passes. */
const moves = fc.oneof(
  fc.record({
    move: fc.constantFrom("here" as const, "elsewhere" as const),
    /** Milliseconds from now until its time. */
    at: fc.constantFrom(0, 0, 100, 1_500, 20_000),
  }),
  fc.record({ move: fc.constant("pass" as const), at: fc.nat({ max: 3_000 }) }),
);

/** How a piece of work goes: how long it takes, and whether it fails. */
const pieces = fc.record({ takes: fc.constantFrom(0, 10, 500, 4_000), fails: fc.boolean() });

describe("a wake-up that is stored", () => {
  it("is never lost, whatever runs, fails or looks at that moment", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(moves, { minLength: 1, maxLength: 12 }),
        fc.array(pieces, { maxLength: 4 }),
        fc.constantFrom(3_000, 60_000),
        async (script, work, lookEvery) => {
          const clock = simulatedClock();
          const now = () => clock.now().toISOString();
          // The record: when it has to be looked at next, and since when that is so.
          let due: DueRequest | null = null;
          let [isSeenHere, lateFrom] = [true, 0];
          const dispatcher = inProcessDispatcher({
            clock,
            randomness: seededRandomness(1),
            lookEvery,
            onError: () => undefined,
            due: async (until) => {
              const found = due !== null && due.wakeAt <= until ? [due] : [];
              // The answer is on its way while other things happen.
              await clock.wait(5);
              return found;
            },
          });
          const left = [...work];
          const handler = async () => {
            const { takes, fails } = left.shift() ?? { takes: 10, fails: false };
            // It looks once; what is stored behind that is for the next one.
            if (!fails && due !== null && due.wakeAt <= now()) due = null;
            await clock.wait(takes);
            if (fails) throw new Error("the store is away");
          };
          const working = dispatcher.work(handler, { concurrency: 1 });
          for (const { move, at } of script) {
            if (move === "pass") {
              await clock.advance(at);
              continue;
            }
            const runAt = new Date(clock.now().getTime() + at).toISOString();
            due = { ...request, wakeAt: runAt };
            isSeenHere = move === "here";
            lateFrom = clock.now().getTime() + at;
            if (isSeenHere) await dispatcher.enqueue(request, { runAt, dedupeKey: "request-1" });
          }
          // All that is under way, and the longest row of failures; and a look, for what others have stored.
          const patience = 40 * second + (isSeenHere ? 0 : lookEvery + 5);
          const atLatest = lateFrom + patience;
          while (due !== null && clock.now().getTime() < atLatest) await clock.advance(2_000);
          expect(due).toBeNull();
          // Whatever is still under way waits for the clock as well.
          const stopping = Promise.all([working, dispatcher.stop()]);
          await clock.advance(10 * second);
          await stopping;
        },
      ),
      { numRuns: inject("isThorough") ? 10_000 : 400 },
    );
  });

  it("comes right behind the work that it was stored beside, though that failed", async () => {
    const clock = simulatedClock();
    const dispatcher = inProcessDispatcher({
      clock,
      randomness: seededRandomness(1),
      lookEvery: 3_600 * second,
      onError: () => undefined,
      due: async () => [],
    });
    const runs: number[] = [];
    let fails = true;
    const from = clock.now().getTime();
    await dispatcher.work(
      async () => {
        runs.push(clock.now().getTime() - from);
        await clock.wait(100);
        if (fails) throw new Error("the store is away");
      },
      { concurrency: 1 },
    );
    const enqueue = (at: number) =>
      dispatcher.enqueue(request, { runAt: new Date(from + at).toISOString(), dedupeKey: "request-1" });
    await enqueue(0);
    await clock.advance(50);
    // Stored by the work that then fails: the next step of the request is due in twenty seconds.
    await enqueue(20 * second);
    await clock.advance(100);
    fails = false;
    await clock.advance(60 * second);
    expect(runs).toHaveLength(3);
    expect(runs[1]).toBeLessThan(2 * second);
    expect(runs[2]).toBe(20 * second);
    await dispatcher.stop();
  });

  it("is the newer one, where the store answered that before an older one", async () => {
    const tables = memoryTables();
    const storage = memoryStorage({ tables });
    const { requestStore } = storage;
    let held: {
      readonly stored: PromiseWithResolvers<void>;
      readonly go: PromiseWithResolvers<void>;
    } | null = null;
    const world = await createWorld(
      {
        sources: [peopleSource("crm", new Map([[ada, [{}]]]))],
        ...storage,
        requestStore: {
          ...requestStore,
          commit: (input) => {
            const committed = requestStore.commit(input);
            if (held === null || input.request.version !== 3) return committed;
            const { stored, go } = held;
            return committed.map(async (answer) => {
              stored.resolve();
              await go.promise;
              return answer;
            });
          },
        },
      },
      tables,
    );
    held = { stored: Promise.withResolvers<void>(), go: Promise.withResolvers<void>() };
    const submission = { actor: admin, kind: "erasure", category: "customer-data", email: ada } as const;
    const submitted = unwrap(await world.rights.requests.submit(submission));
    const settled = world.settle();
    // That the confirmation was sent is stored, and whoever sent it does not know yet: somebody is quicker.
    await held.stored.promise;
    unwrap(await world.rights.requests.acknowledge({ token: world.token() }));
    held.go.resolve();
    held = null;
    await settled;
    await world.pass(10 * second);
    expect((await world.read(submitted.request.id)).outcome).toBe("completed");
    await world.rights.stop();
  });
});
