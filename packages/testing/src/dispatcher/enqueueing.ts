import assert from "node:assert/strict";
import type { CaseMaker, ConformanceCase } from "../conformance-case.ts";
import type { DispatcherFixture } from "./harness.ts";
import { enqueue, idsOf, muchLater, named, tenant, until, work } from "./waking.ts";

/** What a driver, a topic or a key could trip over. */
const oddNames = [
  { tenant, id: "plain" },
  { tenant: "tenant-two", id: "plain" },
  { tenant: `Åsa's "tenant", {one}`, id: "a/b:c d\\e" },
  { tenant: "t".repeat(200), id: "00000000-0000-4000-8000-000000000000" },
];

const byName = (one: { tenant: string; id: string }, other: { tenant: string; id: string }): number =>
  `${one.tenant} ${one.id}` < `${other.tenant} ${other.id}` ? -1 : 1;

export const enqueueingCases = (test: CaseMaker<DispatcherFixture>): readonly ConformanceCase[] => [
  test("enqueue: a request is handed over by its tenant and id, and once", async ({ dispatcher, time }) => {
    const { calls } = await work(dispatcher);
    const runAt = time.now().toISOString();
    for (const { tenant, id } of oddNames) {
      await dispatcher.enqueue({ tenant, id }, { runAt, dedupeKey: JSON.stringify([tenant, id]) });
    }
    await until(time, time.promptness, () => calls.length >= oddNames.length, "all of them are handed over");
    await time.pass(time.promptness);
    assert.deepEqual(
      calls.toSorted(byName),
      oddNames.map((name) => ({ ...name, runAt })).toSorted(byName),
      "each of them once, as it was enqueued",
    );
  }),

  test("enqueue: nothing is handed over before its time", async ({ dispatcher, time }) => {
    const handedOver: number[] = [];
    await work(dispatcher, { handle: () => handedOver.push(time.now().getTime()) });
    const from = time.now().getTime();
    const wait = 700;
    await enqueue(dispatcher, time, named("later"), wait);
    await until(
      time,
      wait + time.promptness,
      () => handedOver.length > 0,
      "it is handed over after its time",
    );
    // Timers of the computer are a little early at times.
    assert.ok((handedOver[0] ?? 0) >= from + wait - 20, "not before its time");
  }),

  test("enqueue: what was enqueued before anybody worked is handed over once somebody does", async ({
    dispatcher,
    time,
  }) => {
    await enqueue(dispatcher, time, named("early"));
    const { calls } = await work(dispatcher);
    await until(time, time.promptness, () => calls.length > 0, "it is handed over");
  }),

  test("enqueue: of many of one key, one waits", async ({ dispatcher, time }) => {
    await Promise.all(Array.from({ length: 12 }, () => enqueue(dispatcher, time, named("often"))));
    const often = await work(dispatcher);
    await until(time, time.promptness, () => often.calls.length > 0, "it is handed over");
    await time.pass(time.promptness);
    assert.deepEqual(idsOf(often), ["often"], "and once");
  }),

  test("enqueue: a later one of the same key brings it on", async ({ dispatcher, time }) => {
    const { calls } = await work(dispatcher);
    await enqueue(dispatcher, time, named("brought-on"), muchLater);
    await enqueue(dispatcher, time, named("brought-on"));
    await until(time, time.promptness, () => calls.length > 0, "it is handed over at the new time");
  }),

  test("enqueue: a later one of the same key puts it off", async ({ dispatcher, time }) => {
    const { calls } = await work(dispatcher);
    await enqueue(dispatcher, time, named("put-off"), 500);
    await enqueue(dispatcher, time, named("put-off"), muchLater);
    await time.pass(500 + time.promptness);
    assert.deepEqual(calls, [], "it is not handed over at the first time");
  }),
];
