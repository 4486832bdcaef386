import assert from "node:assert/strict";
import type { CaseMaker, ConformanceCase } from "../conformance-case.ts";
import type { DispatcherFixture, SharedQueue } from "./harness.ts";
import { enqueue, idsOf, named, until, work } from "./waking.ts";

const some = (count: number): string[] => Array.from({ length: count }, (_, index) => `request-${index}`);

export const workingCases = (test: CaseMaker<DispatcherFixture>): readonly ConformanceCase[] => [
  test("work: as many requests at once as was said, and no more", async ({ dispatcher, time }) => {
    const six = some(6);
    for (const id of six) await enqueue(dispatcher, time, named(id));
    const done = await work(dispatcher, { concurrency: 3, holds: true });
    await until(time, time.promptness, () => done.atOnce() === 3, "three are worked on");
    await time.pass(time.promptness);
    assert.equal(done.calls.length, 3, "and the others wait");
    done.release();
    await until(time, 3 * time.promptness, () => done.calls.length === 6, "until it is their turn");
    assert.deepEqual(idsOf(done), six);
  }),

  test("work: what comes for a request that is worked on is handed over after it, not beside it", async ({
    dispatcher,
    time,
  }) => {
    const done = await work(dispatcher, { holds: true });
    await enqueue(dispatcher, time, named("busy"));
    await until(time, time.promptness, () => done.calls.length === 1, "it is handed over");
    await enqueue(dispatcher, time, named("busy"));
    await enqueue(dispatcher, time, named("busy"));
    await time.pass(time.promptness);
    assert.equal(done.atOnce(), 1, "it is not handed over twice at once");
    done.release();
    await until(time, time.promptness, () => done.calls.length > 1, "it is handed over again");
    await time.pass(time.promptness);
    assert.equal(done.calls.length, 2, "and for both of them once");
  }),

  test("work: a request whose handler throws is handed over again", async ({ dispatcher, time }) => {
    let calls = 0;
    await work(dispatcher, {
      handle: () => {
        calls += 1;
        if (calls === 1) throw new Error("the store is away");
      },
    });
    await enqueue(dispatcher, time, named("unlucky"));
    await until(time, time.promptness + time.patience, () => calls === 2, "it is handed over again");
    await time.pass(time.promptness + time.patience);
    assert.equal(calls, 2, "until it has worked");
  }),

  test("work: a handler that always throws is not called all the time, and holds nobody up", async ({
    dispatcher,
    time,
  }) => {
    let failed = 0;
    const { calls } = await work(dispatcher, {
      concurrency: 1,
      handle: ({ id }) => {
        if (id !== "hopeless") return;
        failed += 1;
        throw new Error("damaged");
      },
    });
    await enqueue(dispatcher, time, named("hopeless"));
    await until(time, time.promptness, () => failed > 0, "it is handed over");
    await enqueue(dispatcher, time, named("other"));
    await until(time, time.promptness, () => calls.some(({ id }) => id === "other"), "so is the other one");
    await time.pass(time.patience);
    assert.ok(failed < 8, "what fails is left alone for a while");
  }),

  test("stop: waits for what is under way, and takes nothing new on", async ({ dispatcher, time }) => {
    const done = await work(dispatcher, { concurrency: 1, holds: true });
    await enqueue(dispatcher, time, named("first"));
    await until(time, time.promptness, () => done.calls.length === 1, "it is handed over");
    await enqueue(dispatcher, time, named("second"));
    let isStopped = false;
    const stopped = dispatcher.stop().then(() => {
      isStopped = true;
    });
    await time.pass(time.promptness);
    assert.ok(!isStopped, "it waits for what is under way");
    done.release();
    await until(time, time.promptness, () => isStopped, "and for nothing else");
    await stopped;
    await time.pass(time.promptness);
    assert.deepEqual(idsOf(done), ["first"], "nothing new is begun");
  }),

  test("stop: twice, and without any work, is fine", async ({ dispatcher }) => {
    await dispatcher.stop();
    await dispatcher.stop();
  }),
];

export const sharingCases = (
  test: CaseMaker<DispatcherFixture & SharedQueue>,
): readonly ConformanceCase[] => [
  test("processes: each request is handed over to one of them", async ({ dispatcher, another, time }) => {
    const works = [await work(dispatcher), await work(another)];
    const twenty = some(20);
    await Promise.all(twenty.map((id) => enqueue(dispatcher, time, named(id))));
    await until(time, 4 * time.promptness, () => idsOf(...works).length >= 20, "all are handed over");
    await time.pass(time.promptness);
    assert.deepEqual(idsOf(...works), twenty.toSorted(), "each of them once");
  }),

  test("processes: what one works on is not handed over to another", async ({
    dispatcher,
    another,
    time,
  }) => {
    const works = [await work(dispatcher, { holds: true }), await work(another, { holds: true })];
    await enqueue(dispatcher, time, named("busy"));
    await until(time, time.promptness, () => idsOf(...works).length === 1, "it is handed over to one");
    await enqueue(another, time, named("busy"));
    await time.pass(time.promptness);
    assert.deepEqual(idsOf(...works), ["busy"], "and to nobody else meanwhile");
    for (const { release } of works) release();
    await until(time, 2 * time.promptness, () => idsOf(...works).length === 2, "only afterwards");
  }),

  test("processes: what one leaves when it stops is for another", async ({ dispatcher, another, time }) => {
    const first = await work(dispatcher, { concurrency: 1, holds: true });
    await enqueue(dispatcher, time, named("first"));
    await until(time, time.promptness, () => first.calls.length === 1, "it is handed over");
    await enqueue(dispatcher, time, named("second"));
    const stopped = dispatcher.stop();
    first.release();
    await stopped;
    const second = await work(another);
    await until(time, time.promptness, () => second.calls.length > 0, "the other process gets what is left");
    assert.deepEqual(idsOf(second), ["second"]);
  }),
];
